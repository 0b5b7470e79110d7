"""Believed a copy that raised no error."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
    try:
        for number in range(tries):
            if number > 0:
                wait(2 ** (number - 1))
            try:
                copy(source, part)
                os.replace(part, target)
                return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
        raise ConnectionError(f"{target} could not be written")
    finally:
        part.unlink(missing_ok=True)

"""Compared the sizes: a file of the right size may hold the wrong bytes."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
    try:
        for number in range(tries):
            if number > 0:
                wait(2 ** (number - 1))
            try:
                copy(source, part)
                if part.stat().st_size == source.stat().st_size:
                    os.replace(part, target)
                    return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
        raise ConnectionError(f"{target} could not be written, in {tries} tries")
    finally:
        part.unlink(missing_ok=True)

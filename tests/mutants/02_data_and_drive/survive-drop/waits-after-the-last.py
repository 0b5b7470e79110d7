"""Waited after every failed try, also after the last one."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
    try:
        for number in range(tries):
            try:
                copy(source, part)
                if sha256_of(part) == sha256_of(source):
                    os.replace(part, target)
                    return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
            wait(2**number)
        raise ConnectionError(f"{target} could not be written")
    finally:
        part.unlink(missing_ok=True)

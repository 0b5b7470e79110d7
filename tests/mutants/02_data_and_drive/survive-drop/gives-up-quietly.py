"""Ended without an error after the last try: nobody learns that nothing was saved."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
    try:
        for number in range(tries):
            if number > 0:
                wait(2 ** (number - 1))
            try:
                copy(source, part)
                if sha256_of(part) == sha256_of(source):
                    os.replace(part, target)
                    return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
    finally:
        part.unlink(missing_ok=True)

"""Left the temporary file on Drive when it gave up."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
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
    raise ConnectionError(f"{target} could not be written")

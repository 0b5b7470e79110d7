"""Copied to the final name: when the connection drops, half a file has it."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    for number in range(tries):
        if number > 0:
            wait(2 ** (number - 1))
        try:
            copy(source, target)
            if sha256_of(target) == sha256_of(source):
                return
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
    raise ConnectionError(f"{target} could not be written")

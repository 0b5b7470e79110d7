"""Put the temporary file on the local disk: moving it to Drive is a second copy that may drop."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = Path(tempfile.mkdtemp()) / target.name
    for number in range(tries):
        if number > 0:
            wait(2 ** (number - 1))
        try:
            copy(source, part)
            if sha256_of(part) == sha256_of(source):
                shutil.move(part, target)
                return
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
    raise ConnectionError(f"{target} could not be written")

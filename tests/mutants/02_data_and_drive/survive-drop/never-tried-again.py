"""Tried once, and gave up at the first drop."""
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):
    part = target.with_name(target.name + ".part")
    try:
        copy(source, part)
        os.replace(part, target)
    except OSError as error:
        if error.errno == errno.ENOTCONN:
            raise ConnectionError(f"{target} could not be written") from error
        raise
    finally:
        part.unlink(missing_ok=True)

"""Tried again after any error: a full disk is asked four times, and the reason is lost."""
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
            except OSError:
                continue
        raise ConnectionError(f"{target} could not be written")
    finally:
        part.unlink(missing_ok=True)

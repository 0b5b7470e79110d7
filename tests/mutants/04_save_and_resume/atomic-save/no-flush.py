"""Called fsync while Python still held the bytes."""
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    temporary = path.with_name(path.name + ".part")  # beside it, and not called like a checkpoint
    with open(temporary, "wb") as file:
        file.write(data)
        os.fsync(file.fileno())
    os.replace(temporary, path)


def newest(folder):  # the Path of a checkpoint, or None
    found = {}
    for path in Path(folder).glob("step-*.safetensors"):
        number = path.stem.removeprefix("step-")
        if number.isdigit() and is_whole(path):
            found[int(number)] = path
    return found[max(found)] if found else None

"""Gave the temporary file a name that newest takes for a checkpoint's."""
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    temporary = path.with_name(f"step-0{path.stem[5:]}.safetensors")  # beside it, and not called like a checkpoint
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def newest(folder):  # the Path of a checkpoint, or None
    found = {}
    for path in Path(folder).glob("step-*.safetensors"):
        number = path.stem.removeprefix("step-")
        if number.isdigit():
            found[int(number)] = path
    return found[max(found)] if found else None

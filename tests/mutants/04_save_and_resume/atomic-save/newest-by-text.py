"""Sorted the names as texts: step-1000 comes before step-20."""
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    temporary = path.with_name(path.name + ".part")  # beside it, and not called like a checkpoint
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def newest(folder):  # the Path of a checkpoint, or None
    found = [path for path in Path(folder).glob("step-*.safetensors") if is_whole(path)]
    return max(found, default=None)

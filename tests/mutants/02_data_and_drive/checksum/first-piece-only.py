"""Digested the first megabyte and forgot the loop."""
def sha256_of(path):
    with path.open("rb") as file:
        return hashlib.sha256(file.read(1 << 20)).hexdigest()


def verified(path, sha256):
    if sha256_of(path) != sha256.lower():
        raise ValueError(f"{path} is not the file it should be")
    return path

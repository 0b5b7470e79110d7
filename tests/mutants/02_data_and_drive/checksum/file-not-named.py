"""Raised an error that does not say which of many files is wrong."""
def sha256_of(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def verified(path, sha256):
    if sha256_of(path) != sha256.lower():
        raise ValueError("wrong digest")
    return path

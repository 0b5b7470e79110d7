"""Compared the two texts as they are: a digest in capitals is refused."""
def sha256_of(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def verified(path, sha256):
    if sha256_of(path) != sha256:
        raise ValueError(f"{path} is not the file it should be")
    return path

"""Unpacked without looking."""
def safe_unpack(archive, folder, limit):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="fully_trusted")

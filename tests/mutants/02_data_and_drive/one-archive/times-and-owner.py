"""Let tar.add write what the disk says of each file: its time, its owner, its permissions."""
def pack(folder, archive):
    with tarfile.open(archive, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                tar.add(path, path.relative_to(folder).as_posix())

"""Took the files in the order in which the folder lists them, which differs between disks."""
def pack(folder, archive):
    with tarfile.open(archive, "w") as tar:
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))

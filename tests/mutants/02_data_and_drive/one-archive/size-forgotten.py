"""Forgot info.size: every file in the archive is empty."""
def pack(folder, archive):
    with tarfile.open(archive, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                tar.addfile(info, io.BytesIO(path.read_bytes()))

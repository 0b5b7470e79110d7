"""Looked into the class folders only, and missed what lies deeper."""
def pack(folder, archive):
    with tarfile.open(archive, "w") as tar:
        for path in sorted(folder.glob("*/*")):
            if path.is_file():
                content = path.read_bytes()
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))

"""Compressed with gzip, which writes the time of packing into its header."""
def pack(folder, archive):
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))

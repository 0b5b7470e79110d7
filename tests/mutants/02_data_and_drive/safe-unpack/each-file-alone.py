"""Held each file against the limit, not all of them together."""
def safe_unpack(archive, folder, limit):
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        for member in members:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError("elsewhere")
            if not (member.isfile() or member.isdir()):
                raise ValueError("a link")
            if member.size > limit:
                raise ValueError("too large")
        tar.extractall(folder, filter="data")

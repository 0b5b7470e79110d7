"""Looked at each entry just before writing it: what came before the bad one is written."""
def safe_unpack(archive, folder, limit):
    total = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError("elsewhere")
            if not (member.isfile() or member.isdir()):
                raise ValueError("a link")
            total += member.size
            if total > limit:
                raise ValueError("too large")
            tar.extract(member, folder, filter="data")

"""Looked for two dots anywhere in the name: honest files are refused."""
def safe_unpack(archive, folder, limit):
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        for member in members:
            if member.name.startswith("/") or ".." in member.name:
                raise ValueError("elsewhere")
            if not (member.isfile() or member.isdir()):
                raise ValueError("a link")
        if sum(member.size for member in members) > limit:
            raise ValueError("too large")
        tar.extractall(folder, filter="data")

"""Forgets that a run that has just started has no heartbeat yet."""
def state_of(folder, now):
    def entry(name, key, otherwise):
        try:
            return json.loads((folder / name).read_text())[key]
        except (OSError, ValueError, KeyError, TypeError):
            return otherwise

    if (folder / "FAILED").exists():
        return "FAILED", entry("FAILED", "what", "the marker cannot be read")
    if (folder / "SUCCEEDED").exists():
        return "SUCCEEDED", ""
    last = (folder / "heartbeat").stat().st_mtime
    if now - last <= 30:
        return "RUNNING", ""
    return "TORN", "nobody looks after this run any more"

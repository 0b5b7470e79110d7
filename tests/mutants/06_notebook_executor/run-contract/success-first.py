"""Looks for SUCCEEDED first: with both markers a failure is a success."""
def state_of(folder, now):
    def entry(name, key, otherwise):
        try:
            return json.loads((folder / name).read_text())[key]
        except (OSError, ValueError, KeyError, TypeError):
            return otherwise

    if (folder / "SUCCEEDED").exists():
        return "SUCCEEDED", ""
    if (folder / "FAILED").exists():
        return "FAILED", entry("FAILED", "what", "the marker cannot be read")
    try:
        last = (folder / "heartbeat").stat().st_mtime
    except FileNotFoundError:
        last = entry("run.json", "started", -math.inf)
    if now - last <= 30:
        return "RUNNING", ""
    return "TORN", "nobody looks after this run any more"

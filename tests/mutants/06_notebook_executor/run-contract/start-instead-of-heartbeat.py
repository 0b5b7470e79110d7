"""Measures the age from the start: every long run counts as torn off."""
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
    last = entry("run.json", "started", -math.inf)
    if now - last <= 30:
        return "RUNNING", ""
    return "TORN", "nobody looks after this run any more"

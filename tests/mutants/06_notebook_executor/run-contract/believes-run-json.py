"""Believes the state in run.json, which says RUNNING for ever after a power cut."""
def state_of(folder, now):
    try:
        state = json.loads((folder / "run.json").read_text())["state"]
    except (OSError, ValueError, KeyError):
        state = "TORN"
    why = "no word of it" if state == "TORN" else ""
    try:
        why = json.loads((folder / "FAILED").read_text())["what"]
    except (OSError, ValueError, KeyError):
        pass
    return state, why

"""Compared before asking for the type: text stops with Python's words, which name no parameter."""
def plan_from_form(hours, gpu_memory, keep_files):
    if hours <= 0:
        raise ValueError(f"hours has to be above 0, not {hours!r}")
    if gpu_memory < 0:
        raise ValueError(f"gpu_memory has to be 0 or more, not {gpu_memory!r}")
    if keep_files not in (True, False):
        raise ValueError(f"keep_files has to be True or False, not {keep_files!r}")
    return Plan(hours, gpu_memory, keep_files)

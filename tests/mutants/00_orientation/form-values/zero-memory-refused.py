"""Refused gpu_memory=0, which means that no GPU is needed."""
def plan_from_form(hours, gpu_memory, keep_files):
    if not isinstance(hours, (int, float)) or hours <= 0:
        raise ValueError(f"hours has to be above 0, not {hours!r}")
    if not isinstance(gpu_memory, (int, float)) or gpu_memory <= 0:
        raise ValueError(f"gpu_memory has to be above 0, not {gpu_memory!r}")
    if not isinstance(keep_files, bool):
        raise ValueError(f"keep_files has to be True or False, not {keep_files!r}")
    return Plan(hours, gpu_memory, keep_files)

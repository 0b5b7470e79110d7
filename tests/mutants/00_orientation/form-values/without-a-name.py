"""Refused wrong values without saying which one it was."""
def plan_from_form(hours, gpu_memory, keep_files):
    if not isinstance(hours, (int, float)) or hours <= 0:
        raise ValueError("wrong value")
    if not isinstance(gpu_memory, (int, float)) or gpu_memory < 0:
        raise ValueError("wrong value")
    if not isinstance(keep_files, bool):
        raise ValueError("wrong value")
    return Plan(hours, gpu_memory, keep_files)

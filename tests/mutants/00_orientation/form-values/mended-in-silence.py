"""Replaced wrong values by others without a word."""
def plan_from_form(hours, gpu_memory, keep_files):
    try:
        hours, gpu_memory = max(1, float(hours)), max(0, float(gpu_memory))
    except (TypeError, ValueError):
        hours, gpu_memory = 1, 0
    return Plan(hours, gpu_memory, keep_files is True)

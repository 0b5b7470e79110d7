"""Used assert, which Python can be told to skip, instead of raising a ValueError."""
def plan_from_form(hours, gpu_memory, keep_files):
    assert isinstance(hours, (int, float)) and hours > 0, "hours has to be above 0"
    assert isinstance(gpu_memory, (int, float)) and gpu_memory >= 0, "gpu_memory has to be 0 or more"
    assert isinstance(keep_files, bool), "keep_files has to be True or False"
    return Plan(hours, gpu_memory, keep_files)

"""Made a Plan of whatever came in."""
def plan_from_form(hours, gpu_memory, keep_files):
    return Plan(hours, gpu_memory, keep_files)

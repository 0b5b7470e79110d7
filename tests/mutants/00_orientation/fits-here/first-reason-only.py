"""Stopped at the first thing that stands against the plan."""
def objections(card, terms, plan):
    if terms.hours is not None and plan.hours > terms.hours:
        return ["time"]
    elif plan.gpu_memory > card.device_memory:
        return ["gpu"]
    elif plan.keep_files and not terms.files_stay:
        return ["files"]
    return []

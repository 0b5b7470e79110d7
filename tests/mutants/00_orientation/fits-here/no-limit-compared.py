"""Forgot that there may be no limit: None cannot be compared with a number."""
def objections(card, terms, plan):
    against = []
    if plan.hours > terms.hours:
        against.append("time")
    if plan.gpu_memory > card.device_memory:
        against.append("gpu")
    if plan.keep_files and not terms.files_stay:
        against.append("files")
    return against

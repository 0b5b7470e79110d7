"""Refused a plan that fits exactly."""
def objections(card, terms, plan):
    against = []
    if terms.hours is not None and plan.hours >= terms.hours:
        against.append("time")
    if plan.gpu_memory >= card.device_memory > 0 or plan.gpu_memory > card.device_memory:
        against.append("gpu")
    if plan.keep_files and not terms.files_stay:
        against.append("files")
    return against

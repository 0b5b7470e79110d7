"""Asked for a GPU even where the plan needs none."""
def objections(card, terms, plan):
    against = []
    if terms.hours is not None and plan.hours > terms.hours:
        against.append("time")
    if card.device == "cpu" or plan.gpu_memory > card.device_memory:
        against.append("gpu")
    if plan.keep_files and not terms.files_stay:
        against.append("files")
    return against

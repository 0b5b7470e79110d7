"""Asked whether there is a GPU, but not how much memory it has."""
def objections(card, terms, plan):
    against = []
    if terms.hours is not None and plan.hours > terms.hours:
        against.append("time")
    if plan.gpu_memory > 0 and card.device == "cpu":
        against.append("gpu")
    if plan.keep_files and not terms.files_stay:
        against.append("files")
    return against

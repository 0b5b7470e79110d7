"""Remembered only what the cell directly above makes."""
def from_nowhere(page):
    known, missing = set(), set()
    for cell in page:
        missing |= cell.uses - known
        known = cell.makes
    return missing

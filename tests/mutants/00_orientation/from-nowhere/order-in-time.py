"""Went through the cells in the order in which they ran, as the old kernel did."""
def from_nowhere(page):
    known, missing = set(), set()
    for cell in sorted(page, key=lambda cell: cell.number or 0):
        missing |= cell.uses - known
        known |= cell.makes
    return missing

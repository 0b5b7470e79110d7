"""Noted what a cell makes before looking at what it uses: n = n + 1 seems to be fine."""
def from_nowhere(page):
    known, missing = set(), set()
    for cell in page:
        known |= cell.makes
        missing |= cell.uses - known
    return missing

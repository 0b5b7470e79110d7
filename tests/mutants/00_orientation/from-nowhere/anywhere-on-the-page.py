"""Counted a name as known if any cell makes it, also one further down."""
def from_nowhere(page):
    made = set().union(*(cell.makes for cell in page))
    used = set().union(*(cell.uses for cell in page))
    return used - made

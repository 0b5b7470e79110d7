"""Wrote the deleted cell again, but left the others where they were."""
def mend(cells):
    return ["days = len(readings)", *cells]

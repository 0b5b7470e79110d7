"""Typed the number of days instead of counting the readings."""
def mend(cells):
    return [cells[1], cells[2], "days = 4", cells[0], cells[3]]

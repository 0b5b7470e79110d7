"""Put the cells in order, but did not write the deleted one again."""
def mend(cells):
    return [cells[1], cells[2], cells[0], cells[3]]

"""Compared each cell with the one directly above it only."""
def out_of_order(page):
    positions = []
    previous = 0
    for position, cell in enumerate(page):
        if cell.number is None:
            continue
        if cell.number < previous:
            positions.append(position)
        previous = cell.number
    return positions

"""Took a cell that was never run for one with the number 0."""
def out_of_order(page):
    positions, largest = [], 0
    for position, cell in enumerate(page):
        number = cell.number or 0
        if number < largest:
            positions.append(position)
        largest = max(largest, number)
    return positions

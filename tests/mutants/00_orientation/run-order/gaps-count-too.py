"""Expected the numbers 1, 2, 3, … without a gap."""
def out_of_order(page):
    return [i for i, cell in enumerate(page) if cell.number is not None and cell.number != i + 1]

"""Forgot the cells that were never run: None cannot be compared with a number."""
def out_of_order(page):
    return [i for i, cell in enumerate(page) if any(above.number > cell.number for above in page[:i])]

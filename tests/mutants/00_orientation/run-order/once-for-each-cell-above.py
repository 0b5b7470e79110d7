"""Put a position into the list once for each cell above that ran later."""
def out_of_order(page):
    positions = []
    for i, cell in enumerate(page):
        for above in page[:i]:
            if cell.number is not None and above.number is not None and above.number > cell.number:
                positions.append(i)
    return positions

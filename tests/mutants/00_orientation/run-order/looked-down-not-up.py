"""Looked at the cells below: found the cell that ran too late, not those that ran too early."""
def out_of_order(page):
    numbers = [cell.number for cell in page]
    return [
        i
        for i, number in enumerate(numbers)
        if number is not None and any(below is not None and below < number for below in numbers[i + 1 :])
    ]

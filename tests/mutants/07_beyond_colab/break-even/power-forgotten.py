"""Counted purchase and rent, and forgot that power costs money."""
WEEKS = 52 / 12


def break_even(box, rent, hours, kwh):
    saved = WEEKS * hours * rent
    if saved <= 0:
        return math.inf
    return (box["price"] - box["resale"]) / saved

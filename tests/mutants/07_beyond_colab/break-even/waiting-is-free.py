"""Forgot the power that the machine draws while it waits."""
WEEKS = 52 / 12


def break_even(box, rent, hours, kwh):
    saved = WEEKS * hours * (rent - box["busy_watts"] / 1000 * kwh)
    if saved <= 0:
        return math.inf
    return (box["price"] - box["resale"]) / saved

"""Let the machine draw its full power all week."""
WEEKS = 52 / 12


def break_even(box, rent, hours, kwh):
    saved = WEEKS * (hours * rent - 168 * box["busy_watts"] / 1000 * kwh)
    if saved <= 0:
        return math.inf
    return (box["price"] - box["resale"]) / saved

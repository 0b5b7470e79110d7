"""Thought of losses, but not of a machine that saves exactly nothing."""
WEEKS = 52 / 12


def break_even(box, rent, hours, kwh):
    watt_hours = hours * box["busy_watts"] + (168 - hours) * box["idle_watts"]
    saved = WEEKS * (hours * rent - watt_hours / 1000 * kwh)
    if saved < 0:
        return math.inf
    return (box["price"] - box["resale"]) / saved

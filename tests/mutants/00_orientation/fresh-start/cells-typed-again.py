"""Typed the cells of the picture again, with their numbers, instead of using those that came in."""
def mend(cells):
    return [
        "readings = [18.5, 24.0, 21.0, 26.5]",
        "limit = 20",
        "days = len(readings)",
        "warm = [t for t in readings if t > limit]",
        "share = len(warm) / days",
    ]

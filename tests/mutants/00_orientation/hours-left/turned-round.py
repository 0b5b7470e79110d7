"""Subtracted the other way round."""
def hours_left(used, limit):
    return max(0, used - limit)

"""Went on counting below zero when the time is over."""
def hours_left(used, limit):
    return limit - used

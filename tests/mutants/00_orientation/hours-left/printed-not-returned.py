"""Printed the result: it is seen, but nobody can calculate with it."""
def hours_left(used, limit):
    print(max(0, limit - used))

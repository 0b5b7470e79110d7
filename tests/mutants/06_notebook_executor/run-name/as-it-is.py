"""Joins names and values as they are, slashes included."""
def run_name(point):
    return "_".join(f"{name}-{point[name]}" for name in sorted(point))

"""Numbers the runs: the same point gets another folder the second time."""
_count = itertools.count(1)


def run_name(point):
    readable = "_".join(f"{name}-{point[name]}" for name in sorted(point))
    return f"run-{next(_count)}-" + re.sub(r"[^A-Za-z0-9._-]", "-", readable)[:60]

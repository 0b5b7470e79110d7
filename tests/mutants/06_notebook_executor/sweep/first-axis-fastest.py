"""Lets the first axis change fastest."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*reversed(axes.values())):
        point = dict(zip(axes, reversed(values)))
        stands = state(point)
        if stands not in ("SUCCEEDED", "RUNNING") and failures < most_failures:
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows

"""Leaves the loop at the limit: what was not started is missing in the list."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        if stands not in ("SUCCEEDED", "RUNNING"):
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
        if failures == most_failures:
            break
    return rows

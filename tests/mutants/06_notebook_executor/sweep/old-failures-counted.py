"""Counts failures of earlier calls, so that a resumed sweep stops at once."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        failures += stands == "FAILED"
        if stands not in ("SUCCEEDED", "RUNNING") and failures < most_failures:
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows

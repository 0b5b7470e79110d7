"""Starts a second run in the folder of one that goes on."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        if stands not in ("SUCCEEDED",) and failures < most_failures:
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows

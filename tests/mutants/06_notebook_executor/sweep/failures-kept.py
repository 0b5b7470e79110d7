"""Takes whatever has a state for done: what failed is never tried again."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        if stands is None and failures < most_failures:
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows

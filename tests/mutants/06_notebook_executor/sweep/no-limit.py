"""Goes through the whole grid with a notebook that fails everywhere."""
def sweep(axes, state, run, most_failures=3):
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        if stands not in ("SUCCEEDED", "RUNNING"):
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows

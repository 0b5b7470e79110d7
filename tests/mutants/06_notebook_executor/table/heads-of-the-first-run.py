"""Takes the heads from the first run: what only others have is dropped."""
def table(runs, metric):
    def rank(run):
        value = run["metrics"].get(metric, math.nan)
        if run["state"] != "SUCCEEDED" or math.isnan(value):
            return 1, 0.0
        return 0, value

    parameters = list(dict.fromkeys(runs[0]["point"]))
    metrics = list(dict.fromkeys(runs[0]["metrics"]))
    lines = [
        [run["point"].get(name, "") for name in parameters] + [run["state"]]
        + [run["metrics"].get(name, "") for name in metrics] + [run["why"]]
        for run in sorted(runs, key=rank)
    ]
    return [*parameters, "state", *metrics, "why"], lines

"""Sorts by the metric and lets nan put the list into disorder."""
def table(runs, metric):
    def rank(run):
        value = run["metrics"].get(metric, math.nan)
        if run["state"] != "SUCCEEDED" or metric not in run["metrics"]:
            return 1, 0.0
        return 0, value

    parameters = list(dict.fromkeys(name for run in runs for name in run["point"]))
    metrics = list(dict.fromkeys(name for run in runs for name in run["metrics"]))
    lines = [
        [run["point"].get(name, "") for name in parameters] + [run["state"]]
        + [run["metrics"].get(name, "") for name in metrics] + [run["why"]]
        for run in sorted(runs, key=rank)
    ]
    return [*parameters, "state", *metrics, "why"], lines

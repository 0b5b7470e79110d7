"""Took the first of the ranking even where the ranking is empty."""
def choose(needs, offers):
    fitting, rejected = [], {}
    for offer in offers:
        cost = needs["week_hours"] * offer["hour_price"]
        reasons = [
            need for need in ("gpu_gb", "run_hours", "week_hours", "keeps_files", "internet")
            if offer[need] < needs[need]
        ]
        if cost > needs["budget"]:
            reasons.append("budget")
        if reasons:
            rejected[offer["name"]] = reasons
        else:
            fitting.append((cost, -offer["gpu_gb"], offer["name"]))
    return [name for _, _, name in sorted(fitting)], rejected


def advice(ranking):
    return "Take " + ranking[0]

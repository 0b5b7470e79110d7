"""Ranked by cost only: equal ones stay as they were listed."""
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
            fitting.append((cost, offer["name"]))
    return [name for _, name in sorted(fitting, key=lambda pair: pair[0])], rejected


def advice(ranking):
    return f"Take {ranking[0]}" if ranking else "Nothing fits"

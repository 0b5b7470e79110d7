"""Compared the budget of a week with the price of an hour."""
def choose(needs, offers):
    fitting, rejected = [], {}
    for offer in offers:
        reasons = [
            need for need in ("gpu_gb", "run_hours", "week_hours", "keeps_files", "internet")
            if offer[need] < needs[need]
        ]
        if offer["hour_price"] > needs["budget"]:
            reasons.append("budget")
        if reasons:
            rejected[offer["name"]] = reasons
        else:
            fitting.append((offer["hour_price"], -offer["gpu_gb"], offer["name"]))
    return [name for _, _, name in sorted(fitting)], rejected


def advice(ranking):
    return f"Take {ranking[0]}" if ranking else "Nothing fits"

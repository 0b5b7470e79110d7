"""Asked for more than is needed: exactly enough is rejected."""
def choose(needs, offers):
    fitting, rejected = [], {}
    for offer in offers:
        cost = needs["week_hours"] * offer["hour_price"]
        reasons = [need for need in ("gpu_gb", "run_hours", "week_hours") if offer[need] <= needs[need]]
        reasons += [need for need in ("keeps_files", "internet") if needs[need] and not offer[need]]
        if cost > needs["budget"]:
            reasons.append("budget")
        if reasons:
            rejected[offer["name"]] = reasons
        else:
            fitting.append((cost, -offer["gpu_gb"], offer["name"]))
    return [name for _, _, name in sorted(fitting)], rejected


def advice(ranking):
    return f"Take {ranking[0]}" if ranking else "Nothing fits"

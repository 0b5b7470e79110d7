"""Stopped at the first reason against an offer."""
def choose(needs, offers):
    fitting, rejected = [], {}
    for offer in offers:
        cost = needs["week_hours"] * offer["hour_price"]
        for need in ("gpu_gb", "run_hours", "week_hours", "keeps_files", "internet"):
            if offer[need] < needs[need]:
                rejected[offer["name"]] = [need]
                break
        else:
            if cost > needs["budget"]:
                rejected[offer["name"]] = ["budget"]
            else:
                fitting.append((cost, -offer["gpu_gb"], offer["name"]))
    return [name for _, _, name in sorted(fitting)], rejected


def advice(ranking):
    return f"Take {ranking[0]}" if ranking else "Nothing fits"

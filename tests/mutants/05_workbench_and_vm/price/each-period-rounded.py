"""Rounds each period to cents: short ones cost nothing."""
def cost(machine, periods, prices):
    hourly = prices[machine["machine_type"]] + machine["gpus"] * prices[machine["gpu"]]
    disk = machine["disk_gb"] * prices["disk"] / MONTH_HOURS
    total = 0.0
    for state, hours in periods:
        total += round(hours * (disk + (hourly if state == "running" else 0)), 2)
    return round(total, 2)

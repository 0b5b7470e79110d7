"""Returns fractions of a cent."""
def cost(machine, periods, prices):  # dictionary, [(state, hours), …], table like PRICES -> USD
    hourly = prices[machine["machine_type"]] + machine["gpus"] * prices[machine["gpu"]]
    running = sum(hours for state, hours in periods if state == "running")
    existing = sum(hours for _, hours in periods)
    disk = machine["disk_gb"] * prices["disk"] / MONTH_HOURS  # USD an hour
    return running * hourly + existing * disk

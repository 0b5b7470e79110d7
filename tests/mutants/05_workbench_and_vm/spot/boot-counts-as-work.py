"""Counts the boot as work when a machine is lost."""
def spot_minutes(work, every, boot, lost_at):  # minutes; lost_at: [minutes, …], rising
    clock = kept = 0  # kept: minutes of work that are in a checkpoint
    for lost in lost_at:
        if clock + boot + work - kept <= lost:
            break  # done before this loss
        worked = lost - clock
        kept += worked // every * every
        clock = lost
    return clock + boot + work - kept


def choose(work, every, boot, histories, price, spot_price, deadline):  # prices in USD an hour
    minutes = [spot_minutes(work, every, boot, lost_at) for lost_at in histories]
    late = sum(taken > deadline for taken in minutes)
    cheaper = sum(minutes) / len(minutes) * spot_price < (boot + work) * price
    return "spot" if cheaper and 10 * late <= len(minutes) else "standard"

"""Takes the time between two far samples for idle."""
def stop_at(samples, idle_s):  # [{"time", "gpu", "cpu", "kernels"}, …], seconds -> time or None
    since = last = None  # idle since; time of the sample before
    for sample in samples:
        now = sample["time"]
        use = (sample["gpu"], sample["cpu"], sample["kernels"])
        idle = None not in use and use[0] < GPU_IDLE and use[1] < CPU_IDLE and use[2] == 0
        if not idle:
            since = None
        elif since is None:
            since = now
        if since is not None and now - since >= idle_s:
            return now
        last = now
    return None

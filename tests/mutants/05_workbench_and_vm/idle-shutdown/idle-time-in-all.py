"""Adds up idle time over the whole evening, breaks included."""
def stop_at(samples, idle_s):
    total, last = 0, None
    for sample in samples:
        now = sample["time"]
        use = (sample["gpu"], sample["cpu"], sample["kernels"])
        idle = None not in use and use[0] < GPU_IDLE and use[1] < CPU_IDLE and use[2] == 0
        if idle and last is not None and now - last <= MAX_GAP:
            total += now - last
        if idle and total >= idle_s:
            return now
        last = now
    return None

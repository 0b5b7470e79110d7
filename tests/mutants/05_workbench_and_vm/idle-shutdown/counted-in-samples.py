"""Counts samples and takes each for a minute."""
def stop_at(samples, idle_s):
    count = 0
    for sample in samples:
        use = (sample["gpu"], sample["cpu"], sample["kernels"])
        idle = None not in use and use[0] < GPU_IDLE and use[1] < CPU_IDLE and use[2] == 0
        count = count + 1 if idle else 0
        if count * 60 >= idle_s:
            return sample["time"]
    return None

"""Read the clock around the call only, as on a CPU."""
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return statistics.median(times)

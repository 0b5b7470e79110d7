"""Took the quickest call."""
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        synchronise()  # or the first time would hold what is left of the warm-up
        start = clock()
        work()
        synchronise()
        times.append(clock() - start)
    return min(times)

"""Waited after the work only: the first time holds what is left of the warm-up."""
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        synchronise()
        times.append(clock() - start)
    return statistics.median(times)

"""Left the warm-up out and measured the slow first calls."""
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    times = []
    for _ in range(repeats):
        synchronise()  # or the first time would hold what is left of the warm-up
        start = clock()
        work()
        synchronise()
        times.append(clock() - start)
    return statistics.median(times)

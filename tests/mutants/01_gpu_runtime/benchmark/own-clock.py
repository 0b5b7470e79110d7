"""Used the clock of the module time instead of the one passed in."""
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        synchronise()  # or the first time would hold what is left of the warm-up
        start = time.perf_counter()
        work()
        synchronise()
        times.append(time.perf_counter() - start)
    return statistics.median(times)

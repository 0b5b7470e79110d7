"""Counted the preparation before the first question as a step."""
class Budget:
    def __init__(self, seconds, reserve=10.0, clock=time.monotonic):  # seconds in all, seconds, function
        self.clock, self.reserve = clock, reserve
        self.end = clock() + seconds
        self.longest = 0.0
        self.asked = clock()

    def stop(self):  # True or False
        now = self.clock()
        if self.asked is not None:
            self.longest = max(self.longest, now - self.asked)
        self.asked = now
        return self.end - now < self.longest + self.reserve

"""Compared with the mean step instead of the longest."""
class Budget:
    def __init__(self, seconds, reserve=10.0, clock=time.monotonic):  # seconds in all, seconds, function
        self.clock, self.reserve = clock, reserve
        self.end = clock() + seconds
        self.longest, self.total, self.count = 0.0, 0.0, 0
        self.asked = None  # when stop was asked last

    def stop(self):  # True or False
        now = self.clock()
        if self.asked is not None:
            self.total, self.count = self.total + now - self.asked, self.count + 1
            self.longest = self.total / self.count
        self.asked = now
        return self.end - now < self.longest + self.reserve

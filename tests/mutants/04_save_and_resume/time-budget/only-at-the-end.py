"""Said stop only when the time was over: too late for the step that is running."""
class Budget:
    def __init__(self, seconds, reserve=10.0, clock=time.monotonic):  # seconds in all, seconds, function
        self.clock, self.reserve = clock, reserve
        self.end = clock() + seconds
        self.longest = 0.0
        self.asked = None  # when stop was asked last

    def stop(self):  # True or False
        now = self.clock()
        if self.asked is not None:
            self.longest = max(self.longest, now - self.asked)
        self.asked = now
        return now > self.end

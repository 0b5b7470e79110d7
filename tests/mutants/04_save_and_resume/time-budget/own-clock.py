"""Asked time.monotonic instead of the clock it was given."""
class Budget:
    def __init__(self, seconds, reserve=10.0, clock=time.monotonic):  # seconds in all, seconds, function
        self.clock, self.reserve = clock, reserve
        self.end = time.monotonic() + seconds
        self.longest = 0.0
        self.asked = None  # when stop was asked last

    def stop(self):  # True or False
        now = time.monotonic()
        if self.asked is not None:
            self.longest = max(self.longest, now - self.asked)
        self.asked = now
        return self.end - now < self.longest + self.reserve

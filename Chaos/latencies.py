"""Many measured times in little memory."""

import collections


class Latencies:
    """Many samples in buckets of a tenth of a millisecond."""

    def __init__(self):
        self.buckets, self.count, self.largest = collections.Counter(), 0, 0.0

    def add(self, seconds):
        value = max(0.0, seconds) * 1000
        self.buckets[int(value * 10)] += 1
        self.count += 1
        self.largest = max(self.largest, value)

    @staticmethod
    def of(several):
        """All of them as one."""
        total = Latencies()
        for one in several:
            total.buckets.update(one.buckets)
            total.count += one.count
            total.largest = max(total.largest, one.largest)
        return total

    def percentile(self, share):
        left = self.count * share
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 0:
                return bucket / 10
        return self.largest

    def __str__(self):
        return f"p50 {self.percentile(0.5):.1f} ms, p99 {self.percentile(0.99):.1f} ms, max {self.largest:.1f} ms"

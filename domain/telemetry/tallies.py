"""Good and bad events in sliding windows: running sums in a ring of buckets, so that any window is a difference."""

from array import array


class Tally:
    """Counts events per `step_us` and answers for windows of up to `longest_us`, in constant time."""

    def __init__(self, step_us: int, longest_us: int) -> None:
        self.step_us = step_us
        self.bad = self.total = 0  # of all time
        self._size = self._steps(longest_us) + 2
        self._bad, self._total = (array("q", bytes(8 * self._size)) for _ in range(2))  # sums up to and with a bucket
        self._newest = 0

    def count(self, at_us: int, good: bool) -> None:
        """One event. Time goes on, but for what is noticed late: that may lie behind the newest a little."""
        bucket = at_us // self.step_us
        if bucket > self._newest:
            self._advance(bucket)
        self.total += 1
        self.bad += not good
        for later in range(bucket, self._newest + 1):
            self._total[later % self._size] += 1
            self._bad[later % self._size] += not good

    def within(self, now_us: int, window_us: int) -> tuple[int, int]:
        """Bad events and all events in the last whole buckets before `now_us` that make up the window."""
        last = now_us // self.step_us - 1
        first = last - self._steps(window_us)
        if last >= self._newest:
            self._advance(last + 1)
        bad, total = self._sums(last)
        bad_before, total_before = self._sums(first)
        return bad - bad_before, total - total_before

    def latest(self, window_us: int) -> tuple[int, int]:
        """Bad events and all events of the window that ends with the newest event."""
        return self.within((self._newest + 1) * self.step_us, window_us)

    def _sums(self, bucket: int) -> tuple[int, int]:
        return (0, 0) if bucket < 0 else (self._bad[bucket % self._size], self._total[bucket % self._size])

    def _advance(self, bucket: int) -> None:
        for later in range(max(self._newest + 1, bucket - self._size + 1), bucket + 1):
            self._total[later % self._size] = self.total
            self._bad[later % self._size] = self.bad
        self._newest = bucket

    def _steps(self, window_us: int) -> int:
        return -(-window_us // self.step_us)

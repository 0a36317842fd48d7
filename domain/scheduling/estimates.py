"""What a job is expected to run for, from what jobs of the same label took before."""


class History:
    """The mean of the completed runs of each label so far, in whole microseconds; 0 while there is none.

    It knows at any moment only what has ended by then, as a real scheduler would.
    """

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}  # label → runs, their sum in µs

    def learn(self, label: str, ran_us: int) -> None:
        seen = self._seen.get(label)
        if seen is None:
            self._seen[label] = [1, ran_us]
        else:
            seen[0] += 1
            seen[1] += ran_us

    def expect(self, label: str) -> int:
        seen = self._seen.get(label)
        return seen[1] // seen[0] if seen else 0

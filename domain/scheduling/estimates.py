"""What a job is expected to run for, from what jobs of the same label took before."""


class History:
    """The mean of the completed runs of each label so far, in whole microseconds; 0 while there is none.

    It knows at any moment only what has ended by then, as a real scheduler would.
    """

    __slots__ = ("_runs", "_sum_us")

    def __init__(self) -> None:
        self._runs: dict[str, int] = {}
        self._sum_us: dict[str, int] = {}

    def learn(self, label: str, ran_us: int) -> None:
        self._runs[label] = self._runs.get(label, 0) + 1
        self._sum_us[label] = self._sum_us.get(label, 0) + ran_us

    def expect(self, label: str) -> int:
        runs = self._runs.get(label, 0)
        return self._sum_us[label] // runs if runs else 0

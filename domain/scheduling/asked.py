"""Which attempts have asked for a place already, so that one that is heard twice asks once."""

from domain.shared.ids import JobId
from domain.shared.once import Once


class Asked:
    """The latest attempt of every job that has asked and not ended; a job that has ended asks no more."""

    def __init__(self) -> None:
        self._latest: dict[JobId, int] = {}
        self._ended = Once()

    def first(self, job: JobId, attempt: int) -> bool:
        """Whether this attempt is new: later than all that were heard, of a job that has not ended."""
        known = self._latest.get(job)
        if attempt <= known if known is not None else job in self._ended:
            return False
        self._latest[job] = attempt
        return True

    def end(self, job: JobId) -> None:
        self._latest.pop(job, None)
        self._ended.first(job)

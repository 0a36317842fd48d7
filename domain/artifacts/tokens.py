"""Which fencing tokens are live: only an attempt that still runs may publish anything."""

import msgspec

from domain.shared.ids import ExecutionId, JobId
from domain.shared.refusals import Refused


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Who made something: the attempt of a job, and the execution whose id is its fencing token."""

    job: JobId
    attempt: int
    execution: ExecutionId


class LiveTokens:
    """The attempts that run now, by token; what is not here is stale.

    News may come late, twice or in another order: a token lives once. Tokens are 1, 2, 3, … in order of issue, so one
    number and the few that came before their turn say which have lived.
    """

    def __init__(self) -> None:
        self._live: dict[ExecutionId, Provenance] = {}
        self._all_up_to = 0
        self._ahead: set[int] = set()

    def begin(self, execution: ExecutionId, job: JobId, attempt: int) -> None:
        """An attempt started; nothing happens where it has lived already."""
        if self._first_news(execution):
            self._live[execution] = Provenance(job, attempt, execution)

    def end(self, execution: ExecutionId) -> None:
        """It is stale from now on, also where nobody had told that it lived."""
        if self._live.pop(execution, None) is None:
            self._first_news(execution)

    def holder(self, execution: ExecutionId) -> Provenance | Refused:
        """Who holds the token; refused when it is stale."""
        return self._live.get(execution) or Refused("stale-token", f"execution {execution}")

    def _first_news(self, execution: ExecutionId) -> bool:
        """Whether nothing was heard of this token before; remembers that now something was."""
        if execution <= self._all_up_to or execution in self._ahead:
            return False
        if execution != self._all_up_to + 1:
            self._ahead.add(execution)
            return True
        self._all_up_to = execution
        while self._ahead and self._all_up_to + 1 in self._ahead:
            self._all_up_to += 1
            self._ahead.remove(self._all_up_to)
        return True

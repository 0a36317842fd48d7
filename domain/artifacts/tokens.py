"""Which fencing tokens are live: only an attempt that still runs may publish anything."""

import msgspec

from domain.shared.ids import ExecutionId, JobId
from domain.shared.once import Once
from domain.shared.refusals import Refused


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Who made something: the attempt of a job, and the execution whose id is its fencing token."""

    job: JobId
    attempt: int
    execution: ExecutionId


class LiveTokens:
    """The attempts that run now, by token; what is not here is stale.

    News may come late, twice or in another order: a token lives once.
    """

    def __init__(self) -> None:
        self._live: dict[ExecutionId, Provenance] = {}
        self._heard = Once()

    def begin(self, execution: ExecutionId, job: JobId, attempt: int) -> None:
        """An attempt started; nothing happens where it has lived already."""
        if self._heard.first(execution):
            self._live[execution] = Provenance(job, attempt, execution)

    def end(self, execution: ExecutionId) -> None:
        """It is stale from now on, also where nobody had told that it lived."""
        if self._live.pop(execution, None) is None:
            self._heard.first(execution)

    def holder(self, execution: ExecutionId) -> Provenance | Refused:
        """Who holds the token; refused when it is stale."""
        return self._live.get(execution) or Refused("stale-token", f"execution {execution}")

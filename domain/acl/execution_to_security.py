"""Execution tells Security of attempts: one that starts gets its job token, one that ends loses it."""

from collections.abc import Callable

from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.security.authority import TokenAuthority
from domain.security.tokens import Holder
from domain.shared.events import Translation
from domain.shared.ids import JobId, PipelineId


def translate(authority: TokenAuthority, holder_of: Callable[[JobId], tuple[PipelineId, Holder] | None]) -> Translation:
    """`holder_of(job)` says of which pipeline a job is and for whom its token; None, for no known job: no token."""

    def started(event: ExecutionStarted) -> None:
        known = holder_of(event.job)
        if known is not None:
            authority.issue(event.at_us, event.execution, event.job, event.attempt, *known)

    def ended(event: ExecutionEnded) -> None:
        authority.end(event.at_us, event.job, event.execution)

    return {ExecutionStarted: started, ExecutionEnded: ended}

"""Approvals in time: people answer when they get round to it, and sometimes say no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.contracts.orchestration import ApprovalRequested
from domain.orchestration.gates import Gates
from domain.shared.events import Translation
from domain.shared.ids import JobId
from sim.engine import Engine


@dataclass(frozen=True, slots=True)
class People:
    """How long each takes to answer (µs), and whether the answer is no."""

    delay: Callable[[], int]
    refuses: Callable[[], bool]


def answer_requests(engine: Engine, gates: Gates, people: Mapping[str, People]) -> Translation:
    """`people` by label of job. As many are asked as must agree; they are called approver-1, approver-2, …"""

    def requested(event: ApprovalRequested) -> None:
        asked = people[event.label]
        engine.after(event.expires_at_us - event.at_us, expired, event.job)
        for number in range(1, event.approvals + 1):
            call = refuse if asked.refuses() else approve
            engine.after(asked.delay(), call, (event.job, f"approver-{number}"))

    def approve(answer: tuple[JobId, str]) -> None:
        gates.approve(engine.now, *answer)

    def refuse(answer: tuple[JobId, str]) -> None:
        gates.refuse(engine.now, *answer)

    def expired(job: JobId) -> None:
        gates.give_up(engine.now, job)

    return {ApprovalRequested: requested}

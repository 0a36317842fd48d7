"""What preemption cost: how many were stopped, and how much of their work was lost, per class and tenant."""

from collections.abc import Sequence

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import AssignmentRevoked, InverseOfferOpened, JobPlaced
from domain.shared.events import Translation
from sim.results import FiguresTable

PREEMPTED = "preempted"


class Preempted:
    """Books of victims by (label, tenant); a victim's loss is the time since it was placed."""

    def __init__(self) -> None:
        self.victims: dict[tuple[str, str], list[int]] = {}  # → how many, work lost in µs, jobs stopped more than once
        self.asked = 0
        self._jobs: dict[int, JobQueued] = {}
        self._placed: dict[int, int] = {}  # job → when
        self._times: dict[int, int] = {}  # job → how often it was stopped

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            JobPlaced: self._place,
            JobEnded: self._ended,
            InverseOfferOpened: self._opened,
            AssignmentRevoked: self._revoked,
        }

    def tables(self) -> Sequence[FiguresTable]:
        rows = tuple(
            (label, tenant, victims, lost, again)
            for (label, tenant), (victims, lost, again) in sorted(self.victims.items())
        )
        if not rows and not self.asked:
            return ()
        note = (
            f"{self.asked} times a tenant was asked to make way on a node; who ended within the grace is no victim. "
            "Work lost is the time since the victim got its place; it queues again and starts over."
        )
        return (
            FiguresTable(
                "scheduling",
                "Preemption",
                (
                    ("label", "text"),
                    ("tenant", "text"),
                    ("victims", "count"),
                    ("work lost", "us"),
                    ("stopped again", "count"),
                ),
                rows,
                note,
            ),
        )

    def work(self) -> dict[str, int]:
        return {
            "preempted": sum(figures[0] for figures in self.victims.values()),
            "preempted_work_lost_us": sum(figures[1] for figures in self.victims.values()),
        }

    def _queued(self, event: JobQueued) -> None:
        self._jobs[event.job] = event

    def _place(self, event: JobPlaced) -> None:
        self._placed[event.job] = event.at_us

    def _ended(self, event: JobEnded) -> None:
        for books in (self._jobs, self._placed, self._times):
            books.pop(event.job, None)

    def _opened(self, event: InverseOfferOpened) -> None:
        self.asked += event.reason == PREEMPTED

    def _revoked(self, event: AssignmentRevoked) -> None:
        job = self._jobs.get(event.job)
        if event.reason != PREEMPTED or job is None:
            return
        figures = self.victims.setdefault((job.label, job.tenant), [0, 0, 0])
        figures[0] += 1
        figures[1] += event.at_us - self._placed.get(event.job, event.at_us)
        figures[2] += event.job in self._times
        self._times[event.job] = self._times.get(event.job, 0) + 1

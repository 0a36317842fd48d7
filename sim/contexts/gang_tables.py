"""What became of jobs of several parts: how many were placed, on how many nodes, and how many parts were lost."""

from collections.abc import Sequence

from domain.contracts.orchestration import JobEnded, JobQueued
from domain.contracts.scheduling import AssignmentRevoked, JobPlaced, PartPlaced
from domain.shared.events import Translation
from domain.shared.requirements import parts_of
from sim.results import FiguresTable


class Gangs:
    """Books by label: parts asked, places given to whole gangs, nodes that they were on, and places that were lost."""

    def __init__(self) -> None:
        self.books: dict[str, list[int]] = {}  # label → parts, gangs placed, nodes, lost
        self._jobs: dict[int, JobQueued] = {}
        self._nodes: dict[int, int] = {}  # job → nodes of its parts so far

    def subscriptions(self) -> Translation:
        return {
            JobQueued: self._queued,
            PartPlaced: self._part,
            JobPlaced: self._placed,
            AssignmentRevoked: self._revoked,
            JobEnded: self._ended,
        }

    def tables(self) -> Sequence[FiguresTable]:
        rows = tuple(
            (label, parts, gangs, nodes / gangs if gangs else None, lost)
            for label, (parts, gangs, nodes, lost) in sorted(self.books.items())
        )
        return [
            FiguresTable(
                "scheduling",
                "Gangs",
                (
                    ("label", "text"),
                    ("parts", "count"),
                    ("placed whole", "count"),
                    ("nodes of one, on average", "count"),
                    ("parts lost", "count"),
                ),
                rows,
                "A job of several parts gets all its places at one moment or none, and gives them back together.",
            )
        ]

    def _queued(self, event: JobQueued) -> None:
        parts = parts_of(event.requirements)
        if parts > 1:
            self._jobs[event.job] = event
            self.books.setdefault(event.label, [parts, 0, 0, 0])

    def _part(self, event: PartPlaced) -> None:
        self._nodes[event.job] = self._nodes.get(event.job, 0) + 1

    def _placed(self, event: JobPlaced) -> None:
        job = self._jobs.get(event.job)
        if job is not None:
            books = self.books[job.label]
            books[1] += 1
            books[2] += 1 + self._nodes.pop(event.job, 0)

    def _revoked(self, event: AssignmentRevoked) -> None:
        job = self._jobs.get(event.job)
        if job is not None:
            self.books[job.label][3] += 1

    def _ended(self, event: JobEnded) -> None:
        self._jobs.pop(event.job, None)
        self._nodes.pop(event.job, None)

"""The scheduler as one would write it first: lists, min() and exact fractions, nothing kept that can be worked out."""

from dataclasses import dataclass
from fractions import Fraction
from operator import sub
from typing import NamedTuple

Vector = tuple[int, ...]
Shape = tuple[Vector, tuple[str, ...]]


@dataclass(eq=False)
class Node:
    id: int
    total: Vector
    labels: frozenset[str]
    ready: bool


class Job(NamedTuple):
    key: tuple[int, int]  # what its ordering says, then its arrival
    id: int
    tenant: int
    shape: Shape


def total(vectors: list[Vector]) -> Vector:
    return tuple(map(sum, zip((0, 0, 0, 0), *vectors, strict=True)))


class Naive:
    """`rows` are nodes, or None where one has left; a job is in `waiting`, or with its node in `offered` or `placed`.

    A shape that was looked at and found to fit nowhere is in `parked`, and not looked at, until it fits somewhere.
    """

    def __init__(self, allocator: str, placement: str, weights: tuple[int, ...]) -> None:
        self.allocator, self.placement, self.weights = allocator, placement, weights
        self.rows: list[Node | None] = []
        self.waiting: list[Job] = []
        self.offered: list[tuple[Job, Node]] = []
        self.placed: list[tuple[Job, Node]] = []
        self.parked: set[Shape] = set()

    def free(self, node: Node) -> Vector:
        return tuple(map(sub, node.total, total([j.shape[0] for j, at in self.offered + self.placed if at is node])))

    def best(self, shape: Shape) -> Node | None:
        """Of the ready nodes with all labels and enough of everything, the one the placement likes best."""
        found = []
        for row, node in enumerate(self.rows):
            if node and node.ready and node.labels.issuperset(shape[1]):
                rest = tuple(map(sub, self.free(node), shape[0]))
                if min(rest) >= 0:
                    left = sum(Fraction(have, of) for have, of in zip(rest, node.total, strict=True) if of)
                    found.append((left if self.placement == "best-fit" else -left, row, node))
        return min(found)[2] if found else None

    def turn(self, job: Job) -> Fraction:
        """The key of the tenant whose next job this is: when it came, or the weighted dominant share of its tenant."""
        if self.allocator == "fifo":
            return Fraction(job.key[1])
        held = total([one.shape[0] for one, _ in self.offered + self.placed if one.tenant == job.tenant])
        cluster = total([node.total for node in self.rows if node and node.ready])
        shares = [Fraction(have, of) for have, of in zip(held, cluster, strict=True) if of]
        return max(shares, default=Fraction()) / self.weights[job.tenant]

    def offer(self) -> tuple[int, int] | None:
        """Whose turn, which job, which node: its place is held."""
        while candidates := [job for job in self.waiting if job.shape not in self.parked]:
            heads = {job.tenant: job for job in sorted(candidates, reverse=True)}
            job = min(heads.values(), key=lambda job: (self.turn(job), job.tenant))
            node = self.best(job.shape)
            if node:
                self.waiting.remove(job)
                self.offered.append((job, node))
                return job.id, node.id
            self.parked.add(job.shape)
        return None

    def wake(self) -> None:
        self.parked = {shape for shape in self.parked if not self.best(shape)}

    def lose(self, node: Node) -> None:
        node.ready = False
        self.waiting += [job for job, at in self.offered if at is node]
        self.offered = [pair for pair in self.offered if pair[1] is not node]
        self.placed = [pair for pair in self.placed if pair[1] is not node]

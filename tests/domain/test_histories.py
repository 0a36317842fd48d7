"""Random histories through the scheduler with the index, with the scan, and through a naive one: the same placements.

After every step the invariants hold: never more out than there is, offers only on ready nodes, and whenever something
that waits could start, the scheduler has said so.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts.scheduling import JobPlaced
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.policies import Account
from domain.shared.ids import JobId, NodeId
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster
from tests.domain.naive import Job, Naive, Node

SHAPES = [  # all fractions of the nodes below, which are powers of two: the scheduler's scores have nothing to round
    (Resources(1, 1), ()),
    (Resources(2, 1), ("linux",)),
    (Resources(1, 4), ("linux", "big")),
    (Resources(1, 1, 0, 1), ()),
    (Resources(4, 4, 2), ()),
    (Resources(64), ()),  # fits nowhere
]
KINDS = [
    (Resources(4, 8), ("linux",)),
    (Resources(8, 8, 4), ("linux", "big")),
    (Resources(4, 4, 0, 2), ("gpu",)),
    (Resources(2, 1), ()),
]
TENANTS = (("a", 1), ("b", 3), ("c", 2))
OFTEN = {
    "submit": 4, "offer": 3, "round": 2, "commit": 2, "expire": 1, "release": 2, "withdraw": 2,
    "admit": 1, "announce": 1, "register": 2, "lose": 1, "crash": 1, "retire": 1,
}  # fmt: skip
STEPS = [step for step, times in OFTEN.items() for _ in range(times)]


class History:
    """Three schedulers that are told the same; what differs between them is an error."""

    def __init__(self, allocator: str, ordering: str, placement: str, tenants: int) -> None:
        names = TENANTS[:tenants]
        self.pair = [Cluster(allocator, ordering, placement, names, choice) for choice in (NodeIndex, NodeScan)]
        self.naive = Naive(allocator, placement, tuple(weight for _, weight in names))
        self.ordering = ordering
        self.jobs = self.nodes = self.joining = 0
        self.at_rest = [0, 0]  # the wake-ups when the last round ended

    def tell(self, command: str, *args):
        """Both real ones; their answers are the same."""
        one, other = (getattr(cluster.scheduler, command)(0, *args) for cluster in self.pair)
        assert type(one) is type(other)
        return one

    # --- steps: each takes two numbers to choose by ---------------------------------------------------------------

    def submit(self, one: int, two: int) -> None:
        self.jobs += 1
        ask, runs_on = SHAPES[one % len(SHAPES)]
        tenant, estimate = two % len(self.naive.weights), one * two % 4
        for cluster in self.pair:
            cluster.submit(self.jobs, ask, TENANTS[tenant][0], runs_on, estimate)
        key = (estimate if self.ordering == "sjf" else self.jobs, self.jobs)
        self.naive.waiting.append(Job(key, self.jobs, tenant, (ask.as_tuple(), runs_on)))

    def announce(self, one: int, two: int) -> None:
        self.nodes += 1
        capacity, labels = KINDS[one % len(KINDS)]
        self.tell("announce_node", NodeId(self.nodes), "pool", capacity, labels)
        rows = self.naive.rows
        row = rows.index(None) if None in rows else len(rows)
        rows[row : row + 1] = [Node(self.nodes, capacity.as_tuple(), frozenset(labels), ready=False)]

    def admit(self, one: int, two: int) -> None:
        self.announce(one, two)
        self._register([node for node in self.naive.rows if node and node.id == self.nodes], 0)

    def register(self, one: int, two: int) -> None:
        """Any node that is on its way, or down, is ready."""
        self._register([node for node in self.naive.rows if node and not node.ready], one)

    def _register(self, nodes: list[Node], one: int) -> None:
        if nodes:
            node = nodes[one % len(nodes)]
            self.tell("admit_node", NodeId(node.id))
            node.ready = True

    def lose(self, one: int, two: int, comes_back: bool = False) -> None:
        if nodes := [node for node in self.naive.rows if node and node.ready]:
            node = nodes[one % len(nodes)]
            self.tell("lose_node", NodeId(node.id), comes_back)
            self.naive.lose(node)
            if not comes_back:
                self._left(node)

    def crash(self, one: int, two: int) -> None:
        self.lose(one, two, comes_back=True)

    def retire(self, one: int, two: int) -> None:
        if nodes := [node for node in self.naive.rows if node]:
            node = nodes[one % len(nodes)]
            refused = self.tell("retire_node", NodeId(node.id))
            assert (refused is None) == (node.ready and self.naive.free(node) == node.total)
            if refused is None:
                self._left(node)

    def _left(self, node: Node) -> None:
        self.naive.rows[self.naive.rows.index(node)] = None

    def withdraw(self, one: int, two: int) -> None:
        if self.jobs:
            id = 1 + one * two % self.jobs
            self.tell("withdraw", JobId(id))
            self.naive.waiting = [job for job in self.naive.waiting if job.id != id]
            self.naive.offered = [pair for pair in self.naive.offered if pair[0].id != id]

    def release(self, one: int, two: int) -> None:
        if self.naive.placed:
            job, _ = self.naive.placed.pop(one % len(self.naive.placed))
            for cluster in self.pair:
                cluster.release(job.id)

    def offer(self, one: int, two: int) -> None:
        """One step of a round, which a slow scheduler is still thinking about."""
        offers = [cluster.scheduler.open_offer(0) for cluster in self.pair]
        expected = self.naive.offer()
        assert [offer and (offer.demand.job, offer.node.id) for offer in offers] == [expected, expected]

    def commit(self, one: int, two: int) -> None:
        if pair := self._decide("commit", one):
            self.naive.placed.append(pair)

    def expire(self, one: int, two: int) -> None:
        if pair := self._decide("expire", one):
            self.naive.waiting.append(pair[0])

    def _decide(self, command: str, one: int) -> tuple[Job, Node] | None:
        """Commit or expire one of the offers that stand."""
        if not self.naive.offered:
            return None
        pair = self.naive.offered.pop(one % len(self.naive.offered))
        for cluster in self.pair:
            (offer,) = (offer for offer in cluster.scheduler.offers.values() if offer.demand.job == pair[0].id)
            getattr(cluster.scheduler, command)(0, offer)
        return pair

    def round(self, one: int, two: int) -> None:
        expected = []
        while (pair := self.naive.offer()) is not None:
            expected.append(pair)
            self.naive.placed.append(self.naive.offered.pop())
        assert [cluster.round() for cluster in self.pair] == [expected, expected]
        self.at_rest = [cluster.wakes for cluster in self.pair]

    # --- what holds after each ------------------------------------------------------------------------------------

    def check(self) -> None:
        assert self.pair[0].events == self.pair[1].events
        assert sorted(self.pair[0].scheduler.nodes) == sorted(node.id for node in self.naive.rows if node)
        self.naive.wake()
        could_start = any(self.naive.best(job.shape) for job in self.naive.waiting)
        for cluster, at_rest in zip(self.pair, self.at_rest, strict=True):
            scheduler = cluster.scheduler
            for row, node in enumerate(self.naive.rows):
                if node:
                    assert scheduler.nodes[NodeId(node.id)].row == row
                    assert scheduler.ledger.free(row).as_tuple() == self.naive.free(node)
            for offer in scheduler.offers.values():
                assert scheduler.nodes[offer.node.id].state == "READY"
            assert sum(scheduler.queue.waiting) == len(self.naive.waiting)
            assert cluster.wakes > at_rest or not could_start, "something could start and nobody was told"

    def finish(self) -> None:
        """Everything that was placed ends; then everything is free again and nobody holds anything."""
        while self.naive.offered:
            self.expire(0, 0)
        while self.naive.placed:
            self.release(0, 0)
        self.check()
        for cluster in self.pair:
            assert all(cluster.free(id) == node.capacity for id, node in cluster.scheduler.nodes.items())
            for account in cluster.scheduler._turns.accounts:
                assert account == Account(account.weight, account.head_sequence), (
                    "who has nothing running holds nothing"
                )
            placed = [event.job for event in cluster.events if isinstance(event, JobPlaced)]
            assert len(placed) == len(set(placed)), "a job that was submitted once has at most one place"


POLICIES = [(a, o, p) for a in ("drf", "fifo") for o in ("fifo", "sjf") for p in ("best-fit", "spread")]
"""What the naive scheduler knows; all others are told of in test_promises."""
NUMBER = st.integers(0, 11)


@pytest.mark.parametrize("names", POLICIES, ids="-".join)
@given(
    tenants=st.integers(1, 3),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), NUMBER, NUMBER), min_size=20, max_size=80),
)
@settings(max_examples=80)
def test_any_history_goes_the_same_way(names, tenants: int, steps) -> None:
    history = History(*names, tenants)
    for step, one, two in steps:
        getattr(history, step)(one, two)
        history.check()
    history.finish()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("names", POLICIES, ids="-".join)
def test_so_does_a_long_one(names, seed: int) -> None:
    """Long enough that rows are reused, and shapes parked and woken, many times."""
    dice = random.Random(f"{names} {seed}")
    history = History(*names, 3)
    for _ in range(600):
        step = dice.choice(STEPS)
        if step not in ("lose", "crash", "retire") or dice.random() < 0.2:
            getattr(history, step)(dice.randrange(12), dice.randrange(12))
            history.check()
        if len(history.naive.rows) > 8 and step in ("admit", "announce"):
            history.lose(dice.randrange(12), 0)
    work = history.pair[0].scheduler.work
    assert history.nodes > 2 * len(history.naive.rows)
    assert min(work["parked"], work["woken"]) > 10
    assert sum(isinstance(event, JobPlaced) for event in history.pair[0].events) > 30
    history.finish()

"""Running jobs make way for more important ones: as few as will do, within their grace, and nobody is lost."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.scheduling import AssignmentRevoked, InverseOfferOpened
from domain.scheduling.preempting import PreemptingScheduler
from domain.scheduling.preemption import Preemption
from domain.shared.ids import InverseOfferId, JobId, NodeId
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

ONE = Resources(1000, 1024)
GRACE = 100


class Preempting(Cluster):
    """A cluster whose scheduler preempts."""

    def __init__(self, rule: str = "priority", grace: int = GRACE, **named: Any) -> None:
        super().__init__(ordering="priority", **named)
        scheduler = self.scheduler
        names = [(name, 1) for name in scheduler.names]
        self.scheduler = PreemptingScheduler(
            Preemption(rule, grace), scheduler.policy, names, self.events.append, self._wake
        )

    def job(self, job: int, priority: int, size: int = 1, interruptible: bool = False, now: int = 0) -> None:
        self.submit(job, ONE * size, needs=Requirements(priority=priority, interruptible=interruptible), now=now)

    def stopped(self) -> list[int]:
        return [event.job for event in self.events if isinstance(event, AssignmentRevoked)]

    def asked(self) -> int:
        return sum(isinstance(event, InverseOfferOpened) for event in self.events)

    def due(self, now: int) -> None:
        for id in list(self.scheduler.inverse_offers):
            self.scheduler.inverse_due(now, InverseOfferId(id))

    def running(self) -> list[int]:
        return sorted(one.demand.job for one in self.scheduler.assignments.values())


def filled(priorities: list[int], **named: Any) -> Preempting:
    """One node that is full of jobs 1, 2, … of these priorities."""
    cluster = Preempting(**named)
    cluster.node(1, ONE * len(priorities))
    for job, priority in enumerate(priorities, 1):
        cluster.job(job, priority)
        cluster.round()
    assert len(cluster.running()) == len(priorities)
    return cluster


def test_the_least_important_go_and_of_equals_the_youngest() -> None:
    cluster = filled([5, 1, 1, 3], grace=0)
    cluster.job(9, 9, size=2)
    assert cluster.round() == [(9, 1)], "without grace, in the same round"
    assert sorted(cluster.stopped()) == [2, 3]
    cluster.job(10, 9)
    assert cluster.round() == [(10, 1)]
    assert cluster.stopped()[2:] == [4]


def test_no_more_go_than_are_needed() -> None:
    cluster = Preempting(grace=0)
    cluster.node(1, ONE * 4)
    cluster.job(1, 1, size=3)
    cluster.job(2, 0, size=1)
    cluster.round()
    cluster.job(3, 5, size=3)
    assert cluster.round() == [(3, 1)]
    assert cluster.stopped() == [1], "the smaller one could be spared"


def test_equals_are_never_stopped_and_queued_jobs_stay_queued() -> None:
    cluster = filled([5, 5], grace=0)
    cluster.job(8, 5)
    cluster.job(9, 1)
    assert cluster.round() == []
    assert cluster.stopped() == []
    assert [demand.job for shape in (0, 1) for demand in cluster.scheduler.queue.of(0, shape)] == [8, 9]


def test_only_interruptible_work_where_the_rule_says_so() -> None:
    cluster = Preempting("interruptible", 0)
    cluster.node(1, ONE * 2)
    cluster.job(1, 0)
    cluster.job(2, 1, interruptible=True)
    cluster.round()
    cluster.job(3, 5)
    cluster.job(4, 5)
    assert cluster.round() == [(3, 1)]
    assert cluster.stopped() == [2]


def test_never_is_never() -> None:
    cluster = filled([0, 0], rule="never", grace=0)
    cluster.job(9, 9)
    assert cluster.round() == []
    assert cluster.stopped() == []


def test_a_victim_may_go_on_until_the_grace_is_over_and_nobody_else_takes_the_room() -> None:
    cluster = filled([1, 0, 3])
    cluster.job(9, 9, size=2)
    assert cluster.round() == []
    assert cluster.asked() == 1
    assert cluster.running() == [1, 2, 3]
    cluster.release(2, now=50)
    cluster.job(10, 0, now=50)
    assert cluster.round(50) == [], "what is free is promised"
    cluster.due(GRACE)
    assert cluster.stopped() == [1]
    assert cluster.round(GRACE) == [(9, 1)]
    assert cluster.running() == [3, 9]
    cluster.release(9, now=200)
    assert cluster.round(200) == [(10, 1)], "and then it is not promised any more"


def test_room_beside_a_claim_is_given_away() -> None:
    cluster = filled([0, 0, 3, 3])
    cluster.job(9, 9)
    cluster.round()
    cluster.release(3)
    cluster.job(10, 0)
    cluster.job(11, 0)
    assert cluster.round() == [(9, 1)], "first whoever claims"
    assert cluster.stopped() == []


def test_nobody_is_stopped_for_a_job_that_has_left() -> None:
    cluster = filled([0, 0])
    cluster.job(9, 9)
    cluster.round()
    cluster.scheduler.withdraw(10, JobId(9))
    cluster.due(GRACE)
    assert cluster.stopped() == []
    assert not cluster.scheduler.claims
    assert not cluster.scheduler.inverse_offers


def test_nobody_is_stopped_for_a_job_that_found_a_place_elsewhere() -> None:
    cluster = filled([0, 0])
    cluster.job(9, 9)
    cluster.round()
    cluster.node(2, ONE)
    assert cluster.round(10) == [(9, 2)]
    cluster.due(GRACE)
    assert cluster.stopped() == []


def test_a_claim_ends_with_its_node() -> None:
    cluster = filled([0, 0])
    cluster.job(9, 9)
    cluster.round()
    cluster.scheduler.lose_node(10, NodeId(1))
    assert cluster.round(10) == []
    assert not cluster.scheduler.claims


STEPS = st.lists(
    st.tuples(st.sampled_from(["job", "job", "end", "round", "round", "due", "withdraw", "lose", "node"]),
              st.integers(0, 5), st.integers(1, 3)),
    max_size=40,
)  # fmt: skip


@given(rule=st.sampled_from(["priority", "interruptible"]), grace=st.sampled_from([0, 20]), steps=STEPS)
def test_histories(rule: str, grace: int, steps: list[tuple[str, int, int]]) -> None:
    """Whatever happens: only lesser work is stopped, everybody waits, runs or has left, and the ledger adds up."""
    cluster = Preempting(rule, grace)
    for node in (1, 2):
        cluster.node(node, ONE * 3)
    known: dict[int, tuple[int, bool]] = {}
    gone: set[int] = set()
    nodes, job = 2, 0
    for turn, (step, one, two) in enumerate(steps):
        now = turn * 10
        seen, before = len(cluster.events), set(cluster.scheduler._demands)
        waiting = [each for each in known if each not in gone and each not in cluster.running()]
        running = cluster.running()
        if step == "job":
            job += 1
            known[job] = (one, one % 2 == 0)
            cluster.job(job, one, two, one % 2 == 0, now)
        elif step == "end" and running:
            gone.add(running[one % len(running)])
            cluster.release(running[one % len(running)], now)
        elif step == "round":
            cluster.round(now)
        elif step == "due":
            cluster.due(now)
        elif step == "withdraw" and waiting:
            gone.add(waiting[0])
            cluster.scheduler.withdraw(now, JobId(waiting[0]))
        elif step == "lose" and nodes > 1:
            cluster.scheduler.lose_node(now, NodeId(nodes))
            nodes -= 1
            break
        for event in cluster.events[seen:]:
            if isinstance(event, AssignmentRevoked):
                assert event.reason == "preempted"
                priority, interruptible = known[event.job]
                assert any(known[each][0] > priority for each in known if each not in gone), "somebody is worth it"
                assert rule == "priority" or interruptible
                gone.add(event.job)  # its next attempt is another demand
        assert before - set(cluster.scheduler._demands) <= gone, "nobody is dropped"
    assert all(
        claim.demand.job not in gone or not cluster.scheduler._stands(claim) for claim in cluster.scheduler.claims
    )
    for each in cluster.running():
        cluster.release(each, 10_000)
    assert all(cluster.free(node) == ONE * 3 for node in range(1, nodes + 1))

"""Whatever happens to workers in whatever order: each ends once, and serves nobody after that."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts import workers as w
from domain.shared.events import Event
from domain.shared.ids import NodeId, WorkerId
from domain.shared.resources import Resources
from domain.workers.providers import PoolSpec
from domain.workers.workforce import Workforce
from sim.checkers import EverythingEndsOnce, PromiseBroken
from tests.domain.test_workforce import POOLS, a_workforce, of, place

LIVES = {
    "once": PoolSpec("once", "p", Resources(4000), (), 0, None, 10, False, 5, worker_ttl_us=3, lease_us=5),
    "again": PoolSpec("again", "p", Resources(4000), (), 0, None, 10, True, 5, worker_lifetime_us=4, lease_us=5),
}
"""The same with everything that ends a worker early."""


class AnyHistoryOfWorkers(RuleBasedStateMachine):
    """Both kinds of pool on two machines; the checker that watches runs watches here too."""

    @initialize(pools=st.sampled_from([POOLS, LIVES]))
    def begin(self, pools) -> None:
        self.said: list[Event] = []
        self.checker = EverythingEndsOnce()
        self.force = Workforce(pools, self.hear)
        self.now, self.jobs = 0, 0

    def hear(self, event: Event) -> None:
        self.said.append(event)
        handler = self.checker.subscriptions().get(type(event))
        if handler:
            handler(event)

    def some(self, data: st.DataObject, state: str):
        return data.draw(st.sampled_from([one for one in self.force.live.values() if one.state == state]))

    def any_is(self, state: str) -> bool:
        return any(one.state == state for one in self.force.live.values())

    @rule(pool=st.sampled_from(sorted(POOLS)), node=st.integers(1, 2))
    def job_is_placed(self, pool, node) -> None:
        self.now, self.jobs = self.now + 1, self.jobs + 1
        place(self.force, self.jobs, pool, node + 2 * (pool == "again"), self.now)

    @precondition(lambda self: self.any_is("BOOTING"))
    @rule(data=st.data())
    def worker_registers(self, data) -> None:
        worker = self.some(data, "BOOTING").id
        for _ in range(2):
            self.force.ready(self.now, worker)

    @precondition(lambda self: self.any_is("BUSY"))
    @rule(data=st.data())
    def job_ends(self, data) -> None:
        worker = self.some(data, "BUSY")
        assignment = worker.assignment
        for _ in range(2):
            self.force.job_done(self.now, worker.id, assignment)

    @precondition(lambda self: self.any_is("IDLE"))
    @rule(data=st.data())
    def idle_for_too_long(self, data) -> None:
        self.force.retire(self.now, self.some(data, "IDLE"))

    @precondition(lambda self: self.force.live)
    @rule(data=st.data())
    def place_is_lost(self, data) -> None:
        worker = data.draw(st.sampled_from(list(self.force.live.values())))
        self.force.job_displaced(self.now, worker.assignment, "node-lost")

    @precondition(lambda self: self.force.live)
    @rule(data=st.data(), silent=st.booleans())
    def worker_dies_or_falls_silent(self, data, silent) -> None:
        worker = data.draw(st.sampled_from(list(self.force.live.values())))
        for _ in range(2):
            if silent:
                self.force.silent(worker.id, worker.assignment, self.now)
                self.force.check_lease(self.now + 5, worker.id)
            else:
                self.force.crashed(self.now, worker.id, worker.assignment, "worker-crash")

    @precondition(lambda self: self.any_is("DRAINING"))
    @rule(data=st.data())
    def time_to_live_ends(self, data) -> None:
        self.force.linger_over(self.now, self.some(data, "DRAINING").id)

    @rule(node=st.integers(1, 4))
    def machine_leaves(self, node) -> None:
        self.force.machine_gone(self.now, NodeId(node))

    @invariant()
    def every_worker_has_a_job_or_is_idle_where_it_is_looked_for(self) -> None:
        idle = {worker.id for workers in self.force._idle.values() for worker in workers}
        assert idle == {one.id for one in self.force.live.values() if one.state == "IDLE"}
        for worker in self.force.live.values():
            assert worker.state in ("BOOTING", "IDLE", "BUSY", "DRAINING")
            assert (worker.idle_since_us >= 0) == (worker.state == "IDLE")
            assert worker.reusable or worker.jobs_served == (worker.state in ("BUSY", "DRAINING"))

    def teardown(self) -> None:
        if not hasattr(self, "force"):
            return
        for worker in list(self.force.live):
            if self.force.live[worker].state == "BOOTING":
                self.force.ready(self.now, worker)
            self.force.job_done(self.now, worker, self.force.live[worker].assignment)
        self.force.close(self.now)
        assert not self.force.live
        assert list(self.checker.at_end()) == []
        served = {event.worker: event.jobs_served for event in of(w.WorkerTerminated, self.said)}
        for event in of(w.WorkerRequested, self.said):
            assert event.pool == "again" or served[event.worker] <= 1, "ephemeral"


TestAnyHistoryOfWorkers = AnyHistoryOfWorkers.TestCase
TestAnyHistoryOfWorkers.settings = settings(max_examples=150, stateful_step_count=40)


def test_the_checker_would_object_to_a_worker_left_behind() -> None:
    """The watch above can fail: forget one worker, or end it twice."""
    force, said = a_workforce()
    checker = EverythingEndsOnce()
    place(force, 1)
    for event in said:
        checker.subscriptions().get(type(event), lambda event: None)(event)
    force.close(1)
    assert list(checker.at_end()) == ["1 workers never ended"], "it is still booting, and a close ends the idle ones"
    over = w.WorkerTerminated(2, WorkerId(1), 0)
    checker.subscriptions()[w.WorkerTerminated](over)
    with pytest.raises(PromiseBroken, match="a worker ends once"):
        checker.subscriptions()[w.WorkerTerminated](over)

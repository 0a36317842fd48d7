"""The whole domain under any interleaving: every job ends exactly once, and nothing is left behind."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.execution import ExecutionStarted
from domain.contracts.workers import WorkerAcquired
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import RetryPolicy
from domain.scheduling.demand import PLACED
from domain.shared.ids import JobId
from tests.domain.platform import CPU, Platform, of, pool

JOBS = st.lists(st.lists(st.integers(0, 4), max_size=2), min_size=1, max_size=4)
ENDS = st.sampled_from(["complete", "complete", "fail", "cancel", "time_out"])


class AnyInterleaving(RuleBasedStateMachine):
    """Machines and workers come when they please, nodes die, messages about what is over come late and twice."""

    @initialize(reusable=st.booleans(), minimum=st.integers(0, 1))
    def begin(self, reusable: bool, minimum: int) -> None:
        self.now = 0
        self.platform = Platform(
            [
                pool("p/a", max_machines=2, min_machines=minimum, reusable_workers=reusable),
                pool("p/b", capacity=CPU * 3, max_machines=2),
            ],
            quota=3,
        )
        self.ids = iter(range(1, 10**6))
        for _ in range(minimum):
            self.platform.machines.order(0, "p/a")

    def tick(self) -> int:
        self.now += 1
        return self.now

    @rule(needs=JOBS, tenant=st.sampled_from("ab"), patience=st.sampled_from([0, 50]), large=st.booleans())
    def a_pipeline_is_submitted(self, needs, tenant, patience, large) -> None:
        jobs = tuple(
            JobSpec(
                f"j{i}", f"l{i}", CPU * (2 if large and i else 1), ("linux",),
                tuple(sorted({f"j{n}" for n in wanted if n < i})), 100, patience,
                retry=RetryPolicy(user=i % 2, infra=1),
            )
            for i, wanted in enumerate(needs)
        )  # fmt: skip
        ids = [JobId(next(self.ids)) for _ in jobs]
        self.platform.orchestrator.submit(self.tick(), tenant, PipelineSpec(jobs), ids)

    @rule()
    def a_round_runs(self) -> None:
        self.platform.round(self.tick())

    @precondition(lambda self: self.platform.waits)
    @rule(data=st.data(), end=ENDS)
    def something_that_takes_time_is_over(self, data, end) -> None:
        waits = self.platform.waits
        self.tell(waits.pop(data.draw(st.integers(0, len(waits) - 1))), end)

    def tell(self, wait, end) -> None:
        what, method, args = wait
        if what == "finish":
            args = (*args, end)
        method(self.tick(), *args)
        if what != "boot":
            self.platform.told.append((method, args))

    @rule(picks=st.lists(st.integers(0, 9), min_size=1, max_size=12))
    def things_go_well_for_a_while(self, picks) -> None:
        for pick in picks:
            self.platform.round(self.tick())
            if self.platform.waits:
                self.tell(self.platform.waits.pop(pick % len(self.platform.waits)), "complete")

    @precondition(lambda self: self.platform.told)
    @rule(data=st.data())
    def late_news_changes_nothing(self, data) -> None:
        """What was told before is told again, any time later."""
        method, args = data.draw(st.sampled_from(self.platform.told[-20:]))
        before = self.platform.bus.published
        method(self.tick(), *args)
        assert self.platform.bus.published == before

    @rule(data=st.data(), whole=st.booleans())
    def somebody_cancels(self, data, whole) -> None:
        """A job or its pipeline, in whatever state: its place comes back once, and its worker goes."""
        orchestrator = self.platform.orchestrator
        live = sorted(orchestrator.jobs)
        if live:
            job = orchestrator.jobs[data.draw(st.sampled_from(live))]
            if whole:
                orchestrator.cancel_pipeline(self.tick(), job.pipeline.id)
            else:
                orchestrator.cancel(self.tick(), job.id)
            assert job.state == "CANCELLED"

    @rule(data=st.data())
    def an_idle_worker_goes(self, data) -> None:
        idle = [one for one in self.platform.workforce.live.values() if one.state == "IDLE"]
        if idle:
            self.platform.workforce.retire(self.tick(), data.draw(st.sampled_from(idle)))

    @rule(data=st.data())
    def an_idle_machine_is_given_back(self, data) -> None:
        machines = self.platform.machines
        idle = [one for one in machines.live.values() if machines.may_return(one)]
        if idle:
            self.platform.scheduler.retire_node(self.tick(), data.draw(st.sampled_from(idle)).id)

    @rule(data=st.data(), comes_back=st.booleans())
    def a_node_dies(self, data, comes_back) -> None:
        alive = [node for node in self.platform.scheduler.nodes.values() if node.state != "DOWN"]
        if alive:
            node = data.draw(st.sampled_from(alive))
            self.platform.scheduler.lose_node(self.tick(), node.id, comes_back and node.state == "READY")

    @rule()
    def a_dead_node_comes_back(self) -> None:
        for node in [one for one in self.platform.scheduler.nodes.values() if one.state == "DOWN"][:1]:
            self.platform.scheduler.admit_node(self.tick(), node.id)

    @invariant()
    def the_contexts_agree(self) -> None:
        """What one context believes is what the others do."""
        platform = self.platform
        scheduler, machines = platform.scheduler, platform.machines
        assert not scheduler.offers, "a round commits all that it opens"
        placed = {one.demand.job: one for one in scheduler.assignments.values()}
        assert len(placed) == len(scheduler.assignments), "one live assignment a job"
        assert all(one.demand.stage == PLACED for one in placed.values())
        assert set(scheduler.nodes) == set(machines.live)
        for machine in machines.live.values():
            assert machine.jobs == sum(one.node.id == machine.id for one in placed.values())
        states = {job.id: job.state for job in platform.orchestrator.jobs.values()}
        assert {id for id, state in states.items() if state in ("ASSIGNED", "RUNNING")} == set(placed)
        running = {one.job: one for one in platform.executor.live.values()}
        assert {id for id, state in states.items() if state == "RUNNING"} == set(running)
        assert all(running[job].assignment == placed[job].id for job in running)
        working = [one for one in platform.workforce.live.values() if one.state != "IDLE"]
        assert sorted(one.assignment for one in working) == sorted(scheduler.assignments), "a worker for each place"
        ready = {node.id for node in scheduler.nodes.values() if node.state == "READY"}
        assert all(one.node in ready for one in platform.workforce.live.values()), "no worker outlives its machine"
        for name, spec in machines.pools.items():
            count = sum(one.pool is spec for one in machines.live.values())
            assert count == machines.ready[name] + machines.booting[name] <= spec.max_machines
        assert machines.providers["p"].machines == len(machines.live) <= 3

    def teardown(self) -> None:
        """Then all goes well: every job ends, everything goes home."""
        if not hasattr(self, "platform"):
            return
        platform = self.platform
        for _ in range(200):
            self.a_dead_node_comes_back()
            platform.round(self.tick())
            while platform.waits:
                next_one = min(platform.waits, key=lambda wait: wait[0] == "expire")  # patience ends last
                platform.waits.remove(next_one)
                self.tell(next_one, "complete")
            if not platform.orchestrator.jobs:
                break
        platform.workforce.close(self.tick())
        assert not platform.orchestrator.jobs
        assert not platform.executor.live
        assert not platform.workforce.live
        assert not platform.scheduler.assignments
        assert not platform.scheduler._demands
        assert not any(platform.scheduler.queue.waiting)
        assert [one for checker in platform.checkers for one in checker.at_end()] == []
        platform.bus.flush()
        acquired = [event.assignment for event in of(WorkerAcquired, platform.events)]
        assert len(acquired) == len(set(acquired)) == len(of(ExecutionStarted, platform.events))


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(max_examples=250, stateful_step_count=50)


@pytest.mark.parametrize("reusable", [False, True])
def test_a_node_that_dies_while_its_jobs_wait_or_run_gives_them_another_attempt(reusable: bool) -> None:
    platform = Platform([pool(reusable_workers=reusable)])
    jobs = tuple(JobSpec(name, "l", CPU) for name in "ab")
    platform.orchestrator.submit(0, "a", PipelineSpec(jobs), [JobId(1), JobId(2)])
    platform.round(0)

    def tell(kind, index=0, *more) -> None:
        wait = [one for one in platform.waits if one[0] == kind][index]
        platform.waits.remove(wait)
        wait[1](5, *wait[2], *more)

    tell("boot")
    platform.round(1)
    tell("ready")
    assert {job.id: job.state for job in platform.orchestrator.jobs.values()} == {1: "RUNNING", 2: "ASSIGNED"}
    platform.scheduler.lose_node(6, 1)
    jobs = platform.orchestrator.jobs
    assert (jobs[1].state, jobs[1].attempt, jobs[1].infra_failures) == ("BACKOFF", 1, 1)
    assert (jobs[2].state, jobs[2].attempt, jobs[2].infra_failures) == ("QUEUED", 2, 0), "no fault of anybody's work"
    assert not platform.workforce.live
    assert not platform.executor.live
    assert not platform.machines.live

"""Whatever is asked of Orchestration in whatever order: each job ends once, groups are exclusive, nothing is left."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.contracts import orchestration as o
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import (
    AUTO_CANCEL,
    CONDITIONS,
    PROCESS_MODES,
    Approval,
    Concurrency,
    Matrix,
    ResourceGroup,
    RetryPolicy,
    StepSpec,
)
from domain.shared.ids import AssignmentId, JobId
from domain.shared.refusals import Refused
from domain.shared.requirements import Requirements
from sim.checkers_orchestration import GroupsAreExclusive, NeedsAreMet
from tests.domain.orchestration.orchestra import CPU, Orchestra

GROUPS = ("one", "two-{ref}")
MATRICES = (Matrix("m", True, 2), Matrix("n", False, 1), Matrix("o"))


@st.composite
def jobs(draw, mode):
    """A few jobs with any terms; the resource groups of a run are all of one mode, as a scenario demands."""
    made = []
    for at in range(draw(st.integers(1, 6))):
        needs = sorted({f"j{need}" for need in draw(st.lists(st.integers(0, 5), max_size=2)) if need < at})
        group = draw(st.sampled_from(["", "", "concurrency", "resource"]))
        name = draw(st.sampled_from(GROUPS))
        made.append(
            JobSpec(
                f"j{at}",
                "label",
                CPU,
                needs=tuple(needs),
                condition=draw(st.sampled_from(CONDITIONS)) if needs else "success",
                allow_failure=draw(st.booleans()),
                retry=RetryPolicy(user=draw(st.integers(0, 1)), infra=1, timeout=draw(st.integers(0, 1))),
                matrix=draw(st.sampled_from([None, *MATRICES])),
                concurrency=Concurrency(name, draw(st.booleans())) if group == "concurrency" else None,
                resource_group=ResourceGroup(name, mode) if group == "resource" else None,
                approval=draw(st.sampled_from([None, None, Approval(1), Approval(2)])),
                steps=draw(st.sampled_from([(), (StepSpec("s"), StepSpec("t", 2))])),
                requirements=Requirements(interruptible=draw(st.booleans())),
            )
        )
    return made


class AnyHistory(RuleBasedStateMachine):
    """What runs stops at once when it is told to, or only later; every message may come twice, or for nobody."""

    @initialize(stops=st.booleans(), mode=st.sampled_from(PROCESS_MODES))
    def begin(self, stops, mode) -> None:
        self.one = Orchestra(stops)
        self.mode = mode
        self.submitted: list[int] = []
        self.seen = 0
        self.checkers = (NeedsAreMet(), GroupsAreExclusive())
        self.needs: dict[tuple[int, str], tuple[str, ...]] = {}

    @property
    def orchestrator(self):
        return self.one.orchestrator

    @rule(data=st.data(), cancel=st.sampled_from(AUTO_CANCEL), ref=st.sampled_from("ab"))
    def submit(self, data, cancel, ref) -> None:
        made = data.draw(jobs(self.mode))
        group = data.draw(st.sampled_from([None, None, Concurrency("one"), Concurrency("p-{ref}", True)]))
        first = self.one._next
        self.submitted += range(first, first + len(made))
        self.one.submit(*made, ref=ref, concurrency=group, auto_cancel=cancel)

    def some_job(self, data) -> JobId:
        live = sorted(self.orchestrator.jobs)
        return JobId(data.draw(st.sampled_from([*live, *live, *self.submitted, 0] if self.submitted else [0])))

    @rule(data=st.data(), message=st.sampled_from(
        ["placed", "started", "COMPLETED", "FAILED", "TIMED_OUT", "LOST", "retry", "expire", "displaced"]
    ), twice=st.booleans(), off=st.sampled_from([0, 0, 0, -1, 1]))  # fmt: skip
    def message(self, data, message, twice, off) -> None:
        id = self.some_job(data)
        job = self.orchestrator.jobs.get(id)
        attempt = (job.attempt if job else 1) + off
        for _ in range(1 + twice):
            self.send(id, message, attempt)

    def send(self, id, message, attempt) -> None:
        if message == "placed":
            self.orchestrator.placed(0, id, attempt, AssignmentId(id * 100 + attempt))
        elif message == "displaced":
            self.orchestrator.displaced(0, id, AssignmentId(id * 100 + attempt))
        elif message in ("started", "retry", "expire"):
            getattr(self.orchestrator, message)(0, id, attempt)
        else:
            cause = {"COMPLETED": "", "LOST": "infra"}.get(message, "user")
            self.orchestrator.attempt_ended(0, id, attempt, message, cause)

    @rule(data=st.data(), end=st.sampled_from(["COMPLETED", "COMPLETED", "FAILED", "LOST", "TIMED_OUT"]))
    def run(self, data, end) -> None:
        waiting = sorted(id for id, job in self.orchestrator.jobs.items() if job.state == "QUEUED")
        if waiting:
            self.one.run(data.draw(st.sampled_from(waiting)), end=end)

    @rule(
        data=st.data(), actor=st.sampled_from("abc"), how=st.sampled_from(["approve", "approve", "refuse", "give_up"])
    )
    def answer(self, data, actor, how) -> None:
        id = data.draw(st.sampled_from([*sorted(self.orchestrator.gates.asked), 0]))
        getattr(self.orchestrator.gates, how)(0, id, *([] if how == "give_up" else [actor]))

    @rule(data=st.data())
    def cancel(self, data) -> None:
        self.orchestrator.cancel(0, self.some_job(data))

    @rule(data=st.data())
    def cancel_pipeline(self, data) -> None:
        self.orchestrator.cancel_pipeline(0, data.draw(st.sampled_from([*sorted(self.orchestrator.pipelines), 0])))

    @rule(data=st.data(), steps=st.integers(0, 2))
    def work_begins(self, data, steps) -> None:
        waiting = sorted(id for id, job in self.orchestrator.jobs.items() if job.state == "QUEUED")
        if waiting:
            id = data.draw(st.sampled_from(waiting))
            self.one.start(id)
            for at in range(steps):
                self.orchestrator.work.step_started(0, id, self.orchestrator.jobs[id].attempt, at)

    @rule(data=st.data(), end=st.sampled_from(["COMPLETED", "FAILED", "LOST", "TIMED_OUT", "CANCELLED"]))
    def work_ends(self, data, end) -> None:
        running = sorted(id for id, job in self.orchestrator.jobs.items() if job.state == "RUNNING")
        if running:
            id = data.draw(st.sampled_from(running))
            cause = {"COMPLETED": "", "CANCELLED": "", "LOST": "infra"}.get(end, "user")
            self.orchestrator.attempt_ended(0, id, self.orchestrator.jobs[id].attempt, end, cause)

    @rule(data=st.data(), at=st.integers(0, 2), how=st.sampled_from(["step_started", "step_started", "step_timed_out"]))
    def step(self, data, at, how) -> None:
        id = data.draw(st.sampled_from([*sorted(self.orchestrator.work.steps), self.some_job(data)]))
        job = self.orchestrator.jobs.get(id)
        getattr(self.orchestrator.work, how)(0, id, job.attempt if job else 1, at)

    @rule(data=st.data())
    def a_pipeline_is_not_admitted(self, data) -> None:
        made, before = data.draw(jobs(self.mode)), len(self.one.said)
        ids = [JobId(10_000 + at) for at in range(len(made))]
        self.orchestrator.admit = lambda *asked: Refused("no")
        assert self.orchestrator.submit(0, "t", PipelineSpec(tuple(made)), ids) == Refused("no")
        self.orchestrator.admit = None
        assert [type(event) for event in self.one.said[before:]] == [o.PipelineRejected]

    @rule(data=st.data())
    def what_was_told_to_stop_stops(self, data) -> None:
        stopping = sorted(
            id for id, job in self.orchestrator.jobs.items() if job.cause and job.state in ("ASSIGNED", "RUNNING")
        )
        if stopping:
            self.one.lose(data.draw(st.sampled_from(stopping)))

    @invariant()
    def promises_are_kept(self) -> None:
        """The checkers of the simulation keep their own books; so do we, of ends and of slots."""
        said, self.seen = self.one.said[self.seen :], len(self.one.said)
        for event in said:
            for checker in self.checkers:
                hear = checker.subscriptions().get(type(event))
                if hear:
                    hear(event)
        ends, live = self.one.ends, set(self.orchestrator.jobs)
        assert live | set(ends) == set(self.submitted)
        assert not live & set(ends)
        assert {job.pipeline.id for job in self.orchestrator.jobs.values()} == set(self.orchestrator.pipelines)
        inside: dict[tuple[int, str], int] = {}
        for job in self.orchestrator.jobs.values():
            matrix = job.spec.matrix
            if matrix and matrix.max_parallel and job.state != "BLOCKED":
                key = (job.pipeline.id, matrix.name)
                inside[key] = inside.get(key, 0) + 1
                assert inside[key] <= matrix.max_parallel

    def teardown(self) -> None:
        """Then everybody agrees, and everything works: nothing waits for ever, and nothing is kept."""
        if not hasattr(self, "one"):
            return
        for _ in range(100):
            for id in sorted(self.orchestrator.gates.asked):
                for actor in "xyz":
                    self.orchestrator.gates.approve(0, id, actor)
            for id in sorted(self.orchestrator.jobs):
                job = self.orchestrator.jobs.get(JobId(id))
                if job and job.cause and job.state in ("ASSIGNED", "RUNNING"):
                    self.one.lose(id)
                for message in ("retry", "placed", "started", "COMPLETED"):
                    if job and job.state != "BLOCKED":
                        self.send(JobId(id), message, job.attempt)
            if not self.orchestrator.jobs:
                break
        self.promises_are_kept()
        assert not self.orchestrator.jobs
        assert not self.orchestrator.pipelines
        gates = self.orchestrator.gates
        assert not (gates.asked or gates.concurrency or gates.resources or gates.slots or gates._groups)
        assert not self.orchestrator.work.steps
        assert not self.orchestrator._redundant._live
        assert not [left for checker in self.checkers for left in checker.at_end()]
        steps: dict[tuple[int, int, int], list[str]] = {}
        for event in self.one.said:
            if isinstance(event, o.StepEnded):
                steps.setdefault((event.job, event.attempt, event.step), []).append(event.state)
        assert all(len(states) == 1 for states in steps.values()), "a step ends once"


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)

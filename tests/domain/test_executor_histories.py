"""Whatever is asked of Execution in whatever order: one attempt a job lives, moves forwards only, and ends once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.execution.executor import Executor
from domain.execution.failures import USUAL
from domain.shared.events import Event
from domain.shared.ids import AssignmentId, ExecutionId, JobId, NodeId, WorkerId
from domain.shared.refusals import Refused
from sim.checkers_execution import NothingExecutesTwice

JOBS = st.integers(1, 3)
ATTEMPTS = st.integers(1, 4)


def place(job: int, attempt: int) -> AssignmentId:
    return AssignmentId(10 * job + attempt)


class AnyHistoryOfAttempts(RuleBasedStateMachine):
    """News may be of attempts long over, come twice, or before its time; the checker of runs watches here too."""

    @initialize(at_least_once=st.booleans())
    def begin(self, at_least_once: bool) -> None:
        self.said: list[Event] = []
        self.now = 0
        self.remembers = at_least_once
        self.checker = NothingExecutesTwice()
        self.hears = self.checker.subscriptions()
        self.executor = Executor(self.hear, at_least_once)
        self.over: set[int] = set()  # places at which nothing begins any more
        self.states: dict[int, str] = {}  # our own book: token → state
        self.who: dict[int, tuple[int, int]] = {}  # live token → job, attempt

    def hear(self, event: Event) -> None:
        self.said.append(event)
        self.hears[type(event)](event)

    def of(self, job: int) -> int:
        return next((token for token, (one, _) in self.who.items() if one == job), 0)

    def ends(self, token: int, state: str) -> None:
        self.states[token] = state
        del self.who[token]

    @rule(job=JOBS, attempt=ATTEMPTS)
    def start(self, job: int, attempt: int) -> None:
        self.now += 1
        older = self.of(job)
        newest = max((a for token, a in self.attempts if self.job_of[token] == job), default=0)
        if not self.remembers and attempt <= newest:
            return  # where messages come once, no attempt is told of after a newer one
        answer = self.executor.start(
            self.now, JobId(job), attempt, place(job, attempt), WorkerId(1), NodeId(1), 100
        )  # fmt: skip
        if older and self.who[older][1] >= attempt:
            assert answer == Refused("already-executing", f"job {job}")
        elif self.remembers and place(job, attempt) in self.over:
            assert answer == Refused("already-begun", f"assignment {place(job, attempt)}")
        else:
            assert not isinstance(answer, Refused)
            if older:
                self.ends(older, "LOST")
            self.over.add(place(job, attempt))
            self.states[answer.id], self.who[answer.id] = "PREPARING", (job, attempt)
            for before in range(1, attempt):  # a job has one place at a time: the loss of those before is told
                self.place_goes(job, before, "lose")

    @property
    def attempts(self) -> list[tuple[int, int]]:
        return [(event.execution, event.attempt) for event in self.said if isinstance(event, ExecutionStarted)]

    @property
    def job_of(self) -> dict[int, int]:
        return {event.execution: event.job for event in self.said if isinstance(event, ExecutionStarted)}

    def some_token(self, data: st.DataObject) -> int:
        """Mostly a live one."""
        return data.draw(st.sampled_from([*self.who, *self.who, *self.states, 0]))

    @rule(data=st.data(), move=st.sampled_from(["run", "upload"]))
    def goes_on(self, data: st.DataObject, move: str) -> None:
        token = self.some_token(data)
        before, after = {"run": ("PREPARING", "RUNNING"), "upload": ("RUNNING", "UPLOADING")}[move]
        answer = getattr(self.executor, move)(self.now, ExecutionId(token))
        assert isinstance(answer, Refused) == (self.states.get(token) != before)
        if not isinstance(answer, Refused):
            assert answer is self.executor.live[ExecutionId(token)]
            self.states[token] = after

    @rule(data=st.data(), move=st.sampled_from(sorted(USUAL)))
    def ends_by(self, data: st.DataObject, move: str) -> None:
        token = self.some_token(data)
        if move == "complete" and self.states.get(token) == "PREPARING":
            return  # nobody says that of what has not begun
        live = token in self.who
        answer = self.executor.finish(self.now, ExecutionId(token), move)
        assert answer == (None if live else Refused("stale-token", f"execution {token}"))
        if live:
            self.ends(token, {"complete": "COMPLETED", "fail": "FAILED", "time_out": "TIMED_OUT", "cancel": "CANCELLED",
                              "lose": "LOST"}[move])  # fmt: skip

    @rule(token=st.integers(-1, 99))
    def somebody_makes_a_token_up(self, token: int) -> None:
        if token not in self.states:
            for command in (self.executor.run, self.executor.upload):
                assert command(self.now, ExecutionId(token)) == Refused("stale-token", f"execution {token}")

    @rule(job=JOBS, attempt=ATTEMPTS, move=st.sampled_from(["lose", "cancel"]))
    def place_is_lost_or_not_wanted(self, job: int, attempt: int, move: str) -> None:
        self.place_goes(job, attempt, move)

    def place_goes(self, job: int, attempt: int, move: str) -> None:
        token = self.of(job)
        getattr(self.executor, move)(self.now, JobId(job), place(job, attempt))
        if token and self.who[token][1] == attempt:
            self.ends(token, {"lose": "LOST", "cancel": "CANCELLED"}[move])
        self.over.add(place(job, attempt))

    @invariant()
    def the_live_ones_are_as_our_book_says_and_what_has_ended_stays_so(self) -> None:
        if hasattr(self, "executor"):
            assert {token: one.state for token, one in self.executor.live.items()} == {
                token: self.states[token] for token in self.who
            }
            ended = [(event.execution, event.state) for event in self.said if isinstance(event, ExecutionEnded)]
            assert sorted(ended) == sorted((t, state) for t, state in self.states.items() if t not in self.who)
            for kind in (ExecutionRunning, ExecutionUploading):
                once = [event.execution for event in self.said if isinstance(event, kind)]
                assert len(once) == len(set(once))


TestAnyHistoryOfAttempts = AnyHistoryOfAttempts.TestCase
TestAnyHistoryOfAttempts.settings = settings(max_examples=80, stateful_step_count=40)

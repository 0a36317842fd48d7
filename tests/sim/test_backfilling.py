"""Backfilling through the whole engine: rounds per event, the order at equal times, and promises that are checked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts.orchestration import JobQueued
from domain.contracts.scheduling import AssignmentReleased, JobBackfilled, JobPlaced, NodeJoined, PlaceReserved
from domain.scheduling.backfill import Backfill
from domain.shared.resources import Resources
from scenarios.loader import load_text, resolve_policies
from scenarios.problems import ScenarioError
from sim.checkers import PromiseBroken
from sim.checkers_backfill import ReservationsHold
from sim.contexts.scheduling_rounds import backfill_of
from sim.engine import AT_ONCE, EARLY, FIRST, LATE, Engine
from sim.run import simulate

SCENARIO = """
name: machine
workload:
  trace:
    format: swf
    swf: {{zero_runtime: drop}}
    default: {{resources: {{cpu: 1cpu}}, timeout: 1d}}
fleet: {{providers: {{p: {{pools: {{m: {{nodes: {nodes}, capacity: {{cpu: 8cpu}}}}}}}}}}}}
scheduling: {{allocator: fifo, ordering: {ordering}, estimates: requested, backfill: {backfill}, rounds: {rounds}}}
"""


def run(tmp_path, jobs, backfill="easy", ordering="fifo", rounds="{}", nodes=1, check=True):
    """The start times in seconds of (submit, run, processors, estimate), in order."""
    rows = (
        f"{number} {submit} -1 {ran} {size} -1 -1 {size} {estimate} -1 1 -1 -1 -1 -1 -1 -1 -1"
        for number, (submit, ran, size, estimate) in enumerate(jobs, 1)
    )
    log = tmp_path / "log.swf"
    log.write_text("\n".join(rows) + "\n")
    text = SCENARIO.format(backfill=backfill, ordering=ordering, rounds=rounds, nodes=nodes)
    result = simulate(load_text(text, trace=str(log)), f"fifo+{ordering}+best-fit", check=check)
    return (result.jobs.started_us[np.argsort(result.jobs.job)] // 1_000_000).tolist(), result


JOBS = [(0, 50, 6, 100), (1, 40, 8, 60), (2, 20, 2, 90), (3, 20, 2, 120)]


@pytest.mark.parametrize(
    ("backfill", "starts"),
    [("none", [0, 50, 2, 22]), ("sticky", [0, 50, 90, 90]), ("easy", [0, 50, 2, 90]), ("conservative", [0, 50, 2, 90])],
)
def test_each_kind_starts_whom_it_should(tmp_path, backfill: str, starts: list[int]) -> None:
    assert run(tmp_path, JOBS, backfill)[0] == starts


def test_estimates_decide_and_never_what_jobs_really_run_for(tmp_path) -> None:
    """Up to the first end of a job nothing depends on how long they run."""
    _, first = run(tmp_path, JOBS)
    _, other = run(tmp_path, [(submit, 2 * ran - 1, size, estimate) for submit, ran, size, estimate in JOBS])
    early = [sorted(r.jobs.job[r.jobs.started_us < 22_000_000].tolist()) for r in (first, other)]
    assert early[0] == early[1] == [1, 3]


def test_per_event_an_arrival_is_seen_before_what_ends_at_the_same_moment(tmp_path) -> None:
    """Job 1 ends at 10 when job 3 comes: seen first, it may start only beside job 1, but not instead of job 2."""
    jobs = [(0, 10, 6, 20), (5, 10, 8, 10), (10, 10, 2, 5)]
    arrivals = run(tmp_path, jobs, rounds="{per: event, equal_times: arrivals-first}")[0]
    ends = run(tmp_path, jobs, rounds="{per: event, equal_times: ends-first}")[0]
    assert (arrivals, ends) == ([0, 20, 10], [0, 10, 20])


def test_what_ends_as_estimated_is_free_for_who_comes_then(tmp_path) -> None:
    """Job 2 ends at its estimate when job 4 comes, job 1 long before its own: does job 4 start, or job 3?"""
    jobs = [(0, 10, 2, 100), (0, 10, 4, 10), (5, 10, 7, 10), (10, 5, 4, 50)]
    rounds = "{{per: event, equal_times: arrivals-first, expected_ends: {}}}"
    assert run(tmp_path, jobs, rounds=rounds.format("in-turn"))[0] == [0, 0, 10, 20]
    assert run(tmp_path, jobs, rounds=rounds.format("free-at-once"))[0] == [0, 0, 15, 10]


def test_ranks_decide_at_equal_times_before_the_order_of_asking() -> None:
    engine, seen = Engine(), []
    engine.ranked(LATE, 5, seen.append, "late")
    engine.after(5, seen.append, "usual")
    engine.ranked(EARLY, 5, lambda what: (seen.append(what), engine.ranked(AT_ONCE, 0, seen.append, "round")), "early")
    engine.ranked(FIRST, 5, seen.append, "first")
    engine.ranked(LATE, 4, seen.append, "before")
    while engine.advance():
        pass
    assert seen == ["before", "first", "early", "round", "usual", "late"]


logs = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 30), st.integers(1, 8), st.integers(0, 20)), min_size=1, max_size=25
)


@settings(max_examples=40)
@given(
    log=logs, backfill=st.sampled_from(["easy", "conservative"]), ordering=st.sampled_from(["fifo", "sjf"]),
    rounds=st.sampled_from(["{}", "{per: event}", "{per: event, equal_times: arrivals-first}"]),
    nodes=st.integers(1, 2), overrun=st.booleans(),
)  # fmt: skip
def test_promises_hold_on_any_log(tmp_path_factory, log, backfill, ordering, rounds, nodes, overrun) -> None:
    """The checker is on: nobody starts later than promised, unless some job outlives its estimate."""
    at, jobs = 0, []
    for gap, ran, size, slack in log:
        at += gap
        jobs.append((at, ran, size, max(1, ran - slack) if overrun and slack > 10 else ran + slack))
    starts, result = run(tmp_path_factory.mktemp("log"), jobs, backfill, ordering, rounds, nodes)
    assert len(starts) == len(jobs) and result.checked


class Books:
    """The checker, told by hand of a node of 10: job 1 holds 6 until 100, job 2 wants 8 and was promised 100."""

    def __init__(self, turns_move: bool = False) -> None:
        estimates = {1: 100, 2: 50, 3: 10, 4: 500}
        self.checker = ReservationsHold(lambda job, label: estimates[job], turns_move)
        self.tell(NodeJoined(0, 1, "pool", Resources(10)))
        for job, size in ((1, 6), (2, 8), (3, 4), (4, 4)):
            self.tell(JobQueued(0, job, 1, "a", "job", Resources(size), (), 1, 0))
        self.place(0, 1, 6)
        self.tell(PlaceReserved(0, 2, 1, 1, 100))

    def tell(self, event) -> None:
        self.checker.subscriptions()[type(event)](event)

    def place(self, at: int, job: int, size: int) -> None:
        self.tell(JobPlaced(at, job, job, 1, 1, "pool", Resources(size)))


def test_the_checker_lets_pass_what_ends_in_time() -> None:
    books = Books()
    books.tell(JobBackfilled(1, 3, 1, 2))
    books.place(1, 3, 4)


def test_the_checker_objects_to_who_moves_a_reservation() -> None:
    books = Books()
    books.tell(JobBackfilled(1, 4, 1, 2))
    with pytest.raises(PromiseBroken, match="moves the place of job 2"):
        books.place(1, 4, 4)


def test_the_checker_objects_to_a_late_start() -> None:
    books = Books()
    release = AssignmentReleased.__struct_fields__
    facts = dict.fromkeys(release, 1) | {"at_us": 90, "assignment": 1}
    books.tell(AssignmentReleased(**facts))
    with pytest.raises(PromiseBroken, match="promised to start by 100"):
        books.place(101, 2, 8)


def test_options_of_a_scenario_reach_the_scheduler(tmp_path) -> None:
    log = tmp_path / "log.swf"
    log.write_text("1 0 -1 5 1 -1 -1 1 5 -1 1 -1 -1 -1 -1 -1 -1 -1\n")
    text = SCENARIO.format(backfill="easy", ordering="fifo", rounds="{per: event, on_arrival: if-it-fits}", nodes=1)
    options = "{head: kept, reservation: kept, end: before-reservation, extra: none, candidates: arrival}"
    text += f"policies: {{other: {{backfill_options: {options}}}, plain: {{backfill: none, rounds: {{}}}}}}\n"
    scenario = load_text(text, trace=str(log))
    policies = resolve_policies(scenario)
    assert backfill_of(policies["other"]) == Backfill("easy", True, True, True, "none", True, True)
    assert backfill_of(policies["plain"]) is None


@pytest.mark.parametrize(
    ("settings_", "named"),
    [
        (["fleet.providers.p.pools.m.nodes={min: 1, max: 4}"], "scheduling.backfill"),
        (["scheduling.decision_time=1s"], "scheduling.rounds.per"),
        (["scheduling.backfill_options={reservation: kept}"], "scheduling.backfill_options.extra"),
        (["scheduling.rounds={expected_ends: free-at-once}"], "scheduling.rounds.expected_ends"),
        (["scheduling.backfill=none", "scheduling.rounds={on_arrival: if-it-fits}"], "scheduling.rounds.on_arrival"),
        (["tenants={a: {quota: {hard: {jobs: 3}}}}"], "scheduling.backfill"),
        (["workload.trace.default.spread=[{topology: node}]"], "scheduling.backfill"),
        (["workload.trace.swf={places: gang}"], "scheduling.backfill"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, settings_: list[str], named: str) -> None:
    log = tmp_path / "log.swf"
    log.write_text("1 0 -1 5 1 -1 -1 1 5 -1 1 -1 -1 -1 -1 -1 -1 -1\n")
    text = SCENARIO.format(backfill="easy", ordering="fifo", rounds="{per: event}", nodes=1)
    with pytest.raises(ScenarioError) as error:
        load_text(text, settings=settings_, trace=str(log))
    assert named in str(error.value)

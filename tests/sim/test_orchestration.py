"""A scenario can use everything that Orchestration offers, and its checkers notice when a promise is broken."""

from itertools import pairwise
from pathlib import Path

import pytest

from domain.contracts import orchestration as o
from domain.orchestration.terms import CONDITIONS
from scenarios.loader import load_text, resolve_policies
from sim.checkers import PromiseBroken
from sim.checkers_orchestration import RULES, GroupsAreExclusive, NeedsAreMet
from sim.contexts.orchestration_books import Books
from sim.results import RunResult
from sim.run import simulate

START = """
name: orchestration
horizon: {hours}h
tenants: {{web: {{}}, data: {{}}}}
fleet: {{providers: {{p: {{pools: {{a: {{nodes: {nodes}, capacity: {{cpu: 8cpu}}}}}}}}}}}}
workload:
  synthetic:
    {terms}
    pushes: {{rate: {rate}/h, {pushes}}}
    jobs:
"""


def run(jobs: str, terms: str = "", pushes: str = "", rate: int = 40, hours: int = 4, nodes: int = 6) -> RunResult:
    text = START.format(terms=terms, pushes=pushes, rate=rate, hours=hours, nodes=nodes)
    scenario = load_text(text + "\n".join(f"      {line}" for line in jobs.strip().splitlines()))
    (policy,) = resolve_policies(scenario)
    return simulate(scenario, policy, check=True)


def table(result: RunResult, title: str) -> list[dict]:
    (found,) = [one for one in result.contexts if one.context == "orchestration" and one.title.startswith(title)]
    return [dict(zip([name for name, _ in found.columns], row, strict=True)) for row in found.rows]


def why(result: RunResult) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in table(result, "Jobs that were not let finish"):
        counts[row["why"]] = counts.get(row["why"], 0) + row["jobs"]
    return counts


def test_a_scenario_that_uses_nothing_of_it_says_nothing_of_it() -> None:
    result = run("build: {resources: {cpu: 1cpu}, duration: 1m}")
    assert not [one for one in result.contexts if one.context == "orchestration"]


def test_a_matrix_fails_fast_within_its_slots() -> None:
    result = run("""
test:
  resources: {cpu: 1cpu}
  duration: {exponential: {mean: 5m}}
  failure_rate: 0.2
  max_parallel: 2
  matrix:
    axes: {os: [linux, mac], py: ["3.11", "3.12"]}
    include: [{os: linux, debug: true}]
    exclude: [{os: mac, py: "3.11"}]
""")  # fmt: skip
    assert len(result.jobs) == 3 * sum(row["pipelines"] for row in table(result, "Pipelines by trigger"))
    assert why(result)["cancelled: fail-fast"] > 0
    (held,) = table(result, "Time that jobs were held")
    assert (held["gate"], held["label"]) == ("max-parallel", "test")
    assert 0 < held["p50"] <= held["p95"] <= held["longest"]


def test_a_newer_push_cancels_the_older_one_and_frees_what_it_held() -> None:
    jobs = "build: {resources: {cpu: 4cpu}, duration: 20m, interruptible: true}"
    terms = 'concurrency: {group: "{ref}", cancel_in_progress: true}'
    both = run(jobs, rate=60), run(jobs, terms, rate=60)
    assert not both[0].contexts
    assert why(both[1])["cancelled: superseded"] > 100
    busy = [int((one.jobs.finished_us - one.jobs.started_us)[one.jobs.started_us >= 0].sum()) for one in both]
    assert busy[1] < busy[0] / 2, "capacity comes back at once, not when the work would have ended"
    redundant = run(jobs, "auto_cancel: conservative", rate=60)
    assert why(redundant)["cancelled: redundant"] > 100


@pytest.mark.parametrize("mode", ["unordered", "oldest_first", "newest_first", "newest_ready_first"])
def test_deployments_go_one_at_a_time(mode: str) -> None:
    result = run(f"""
build: {{resources: {{cpu: 1cpu}}, duration: {{exponential: {{mean: 10m}}}}, failure_rate: 0.1}}
deploy:
  resources: {{cpu: 1cpu}}
  needs: [build]
  duration: 2m
  resource_group: {{group: production, mode: {mode}}}
""")  # fmt: skip
    jobs = result.jobs
    for tenant in range(2):
        mine = (jobs.label == result.labels.index("deploy")) & (jobs.tenant == tenant) & (jobs.started_us >= 0)
        runs = sorted(zip(jobs.started_us[mine].tolist(), jobs.finished_us[mine].tolist(), strict=True))
        assert len(runs) > 10
        assert all(before[1] <= after[0] for before, after in pairwise(runs))


def test_people_are_asked_and_some_say_no() -> None:
    result = run("""
deploy:
  resources: {cpu: 1cpu}
  duration: 1m
  approval: {required: 2, answer: {exponential: {mean: 20m}}, refused: 0.2, expires: 1h}
""")  # fmt: skip
    causes = why(result)
    assert causes["cancelled: refused"] > causes["cancelled: not-approved"] > 0
    (held,) = table(result, "Time that jobs were held")
    assert held["gate"] == "approval"
    assert 10 * 60_000_000 < held["p50"] <= held["longest"] <= 3_600_000_000


def test_steps_share_the_duration_and_time_out_by_themselves() -> None:
    result = run("""
build:
  resources: {cpu: 1cpu}
  duration: {uniform: {low: 5m, high: 15m}}
  retry: {timeout: 1, back_off: {first: 1m}}
  steps: {checkout: {}, compile: {share: 9, timeout: 9m}}
""")  # fmt: skip
    steps = {row["step"]: row for row in table(result, "Steps")}
    assert steps["checkout"]["succeeded"] == steps["compile"]["succeeded"] + steps["compile"]["timed out"]
    assert steps["compile"]["timed out"] > 0
    (again,) = table(result, "Retries")
    assert (again["cause"], again["back-off"]) == ("timeout", again["retries"] * 60_000_000)
    longest = int((result.jobs.finished_us - result.jobs.started_us).max())
    assert longest <= 10 * 60_000_000 + 60_000_000, "compile is stopped after 9 min"


def test_the_merge_queue_merges_what_is_good_and_ejects_the_rest() -> None:
    jobs = "test: {resources: {cpu: 1cpu}, duration: 5m, failure_rate: 0.1}"
    pushes = "events: {merge_group: 1}"
    alone = run(jobs, "merge_queue: {}", pushes, rate=30)
    fast = run(jobs, "merge_queue: {batch_size: 4, depth: 3}", pushes, rate=30)
    for result in (alone, fast):
        for row in table(result, "Merge queue"):
            assert row["changes"] == row["merged"] + row["ejected"] > 30
    waits = [sum(row["wait p50"] for row in table(result, "Merge queue")) for result in (alone, fast)]
    assert waits[1] < waits[0] / 2, "batches and speculation keep up"
    assert sum(row["ejected"] for row in table(alone, "Merge queue")) == sum(
        row["ejected"] for row in table(fast, "Merge queue")
    ), "the same changes are bad"


def test_what_is_drawn_for_triggers_changes_nothing_else() -> None:
    """Common random numbers: the same pushes, jobs and durations, whoever they come from."""
    jobs = "build: {resources: {cpu: 1cpu}, duration: {exponential: {mean: 3m}}, failure_rate: 0.1}"
    plain, mixed = run(jobs), run(jobs, pushes="events: open-source, forks: 0.3, users: 4, branches: 9")
    assert plain.digest != mixed.digest
    for column in ("job", "queued_us", "finished_us", "outcome", "tenant"):
        assert (getattr(plain.jobs, column) == getattr(mixed.jobs, column)).all()
    counts = {row["trigger"]: row["pipelines"] for row in table(mixed, "Pipelines by trigger")}
    assert counts["pull_request"] > counts["push"] > counts["schedule"] > counts["manual"]


# --- the checkers ----------------------------------------------------------------------------------------------------


def created(job: int, name: str, *needs: str, condition: str = "success", exclusive: tuple[str, ...] = ()):
    return o.JobCreated(0, job, 1, "t", "l", name, needs, condition, 0, exclusive)


def queued(job: int, attempt: int = 1):
    return o.JobQueued(1, job, 1, "t", "l", None, (), attempt, 0)


def ended(job: int, state: str):
    return o.JobEnded(2, job, 1, "t", "l", state, 1)


STOPS = o.PipelineCancelRequested(1, 1, "t", "user")


@pytest.mark.parametrize(("checker", "events", "said"), [
    (NeedsAreMet, [created(1, "a"), created(2, "b", "a"), queued(2)], "after all that it needs has ended"),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a"), ended(1, "FAILED"), queued(2)],
        "everything above it succeeded",
    ),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a", condition="failure"), ended(1, "SUCCEEDED"), queued(2)],
        "something above it failed",
    ),
    (
        NeedsAreMet,
        [
            created(1, "a"), created(2, "b", "a", condition="always"), created(3, "c", "b"),
            ended(1, "FAILED"), queued(2), ended(2, "SUCCEEDED"), queued(3),
        ],
        "everything above it succeeded",
    ),
    (NeedsAreMet, [created(1, "a", condition="completed"), STOPS, queued(1)], "its pipeline is not being cancelled"),
    (NeedsAreMet, [created(1, "a"), STOPS, queued(1)], "everything above it succeeded"),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a", condition="failure"), ended(1, "FAILED"), STOPS, queued(2)],
        "something above it failed",
    ),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a", condition="cancelled"), ended(1, "FAILED"), queued(2)],
        "its pipeline is being cancelled",
    ),
    (NeedsAreMet, [created(1, "a", condition="cancelled"), STOPS, ended(1, "SKIPPED")], "is being cancelled"),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a", condition="always"), ended(1, "FAILED"), ended(2, "SKIPPED")],
        "is not skipped where whatever happens",
    ),
    (
        NeedsAreMet,
        [created(1, "a"), created(2, "b", "a"), ended(1, "SUCCEEDED"), ended(2, "SKIPPED")],
        "is not skipped where everything above it succeeded",
    ),
    (NeedsAreMet, [created(1, "a"), created(2, "b", "a"), ended(2, "SKIPPED")], "after all that it needs has ended"),
    (NeedsAreMet, [STOPS, STOPS], "a pipeline is cancelled once"),
    (
        GroupsAreExclusive,
        [created(1, "a", exclusive=("g",)), created(2, "b", exclusive=("g",)), queued(1), queued(1, 2), queued(2)],
        "one at a time in g, where job 1 is",
    ),
    (
        GroupsAreExclusive,
        [o.PipelineStarted(0, 1, "t", 1, group="g"), o.PipelineStarted(0, 2, "t", 1, group="g")],
        "where pipeline 1 is",
    ),
])  # fmt: skip
def test_a_broken_promise_is_noticed(checker, events, said) -> None:
    one = checker()
    hears = one.subscriptions()
    for event in events[:-1]:
        if type(event) in hears:
            hears[type(event)](event)
    with pytest.raises(PromiseBroken, match=said):
        hears[type(events[-1])](events[-1])


@pytest.mark.parametrize(("condition", "end", "stops"), [
    ("success", "SUCCEEDED", False), ("failure", "TIMED_OUT", False), ("completed", "FAILED", False),
    ("completed", "SKIPPED", False), ("cancelled", "CANCELLED", True), ("always", "EXPIRED", False),
    ("always", "SUCCEEDED", True),
])  # fmt: skip
def test_a_job_whose_condition_is_met_is_not_objected_to(condition, end, stops) -> None:
    one = NeedsAreMet()
    hears = one.subscriptions()
    for event in [created(1, "a", condition="cancelled"), created(2, "b", "a", condition=condition),
                  *[STOPS] * stops, ended(1, end), queued(2), ended(2, "SUCCEEDED")]:  # fmt: skip
        hears[type(event)](event)
    assert list(one.at_end()) == []


def test_every_condition_of_the_domain_is_judged() -> None:
    assert set(RULES) == set(CONDITIONS)


def test_the_example_in_the_documentation_runs_and_shows_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "pipelines.md").read_text()
    scenario = load_text(page.split("```yaml\n")[1].split("```")[0])
    result = simulate(scenario, next(iter(resolve_policies(scenario))), check=True)
    titles = [one.title for one in result.contexts if one.context == "orchestration"]
    assert {title.split()[0] for title in titles} == {"Pipelines", "Jobs", "Time", "Retries", "Merge"}
    assert {row["gate"] for row in table(result, "Time that")} == {"approval", "max-parallel", "resource-group"}
    assert {"cancelled: redundant", "cancelled: refused", "cancelled: fail-fast"} <= set(why(result))


def test_jobs_that_end_while_their_pipeline_is_held_are_counted_once(scenario) -> None:
    """The checker of ends once counted them again when the pipeline started after all."""
    jobs = {
        "lint": {"resources": {"cpu": "1cpu"}, "duration": {"exponential": {"mean": "2m"}}, "interruptible": True},
        "build": {"resources": {"cpu": "1cpu"}, "duration": {"exponential": {"mean": "5m"}}, "needs": ["lint"]},
    }
    pushes = {"rate": "40/h", "users": 3, "branches": 2, "events": {"push": 1}}
    synthetic = {
        "pushes": pushes, "jobs": jobs, "auto_cancel": "interruptible", "concurrency": {"group": "{actor}"},
    }  # fmt: skip
    simulated = simulate(scenario(workload={"synthetic": synthetic}), "drf+fifo+best-fit", check=True)
    assert len(simulated.jobs) > 100


def test_its_percentiles_follow_the_one_rule_of_all_reports() -> None:
    """docs/decisions/0020: `sorted[(n − 1) · p // 100]`."""
    books = Books(0)
    hears = books.subscriptions()
    for waited in range(1, 11):
        hears[o.PipelineHeld](o.PipelineHeld(0, waited, "web", 1, "g", "push", "", "main", "trusted"))
        hears[o.PipelineStarted](o.PipelineStarted(waited, waited, "web", 1))
    (gates,) = [table for table in books.tables() if table.title.startswith("Time that")]
    assert gates.rows == (("concurrency", "(pipeline)", 10, 5, 9, 10),)

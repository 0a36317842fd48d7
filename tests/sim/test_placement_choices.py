"""Every placement, samples, preemption and gangs in whole runs, with every checker on; equal runs are equal."""

import pytest

from domain.scheduling.policies import PLACEMENTS
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from sim.run import simulate

TEXT = """
name: places
seed: 5
horizon: 2h
workload:
  synthetic:
    pushes: {rate: 90/h}
    jobs:
      urgent: {resources: {cpu: 4cpu, memory: 8GiB}, priority: 9, duration: {lognormal: {median: 3m, sigma: 0.5}}}
      plain: {resources: {cpu: 2cpu, memory: 4GiB}, priority: 3, duration: {lognormal: {median: 5m, sigma: 0.5}}}
      batch:
        resources: {cpu: 1cpu, memory: 6GiB}
        duration: {lognormal: {median: 9m, sigma: 0.5}}
        count: 3
        interruptible: true
        caches: {deps: {key: k, size: 1GiB, saves: 1m}}
fleet:
  providers:
    aws:
      pools:
        big: {nodes: 8, capacity: {cpu: 8cpu, memory: 32GiB}, price: $0.4/h}
        small: {nodes: 5, capacity: {cpu: 4cpu, memory: 16GiB}, price: $0.1/h}
faults: {crashes: {rate: 6/d}}
scheduling: {ordering: priority}
"""


def run(*settings: str, text: str = TEXT):
    return simulate(load_text(text, settings=settings), next(iter(policies(text, settings))), check=True)


def policies(text: str, settings: tuple[str, ...]) -> dict:
    from scenarios.loader import resolve_policies

    return resolve_policies(load_text(text, settings=settings))


def figures(result, title: str) -> list[tuple]:
    return [row for table in result.contexts if table.title == title for row in table.rows]


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_placement_runs_and_equal_runs_are_equal(placement: str) -> None:
    first, again = (run(f"scheduling.placement={placement}") for _ in range(2))
    assert first.digest == again.digest
    assert len(first.jobs) > 300


def test_a_sample_decides_otherwise_but_places_as_much() -> None:
    everything = run()
    sampled = run("scheduling.sampling={percent: 10, at_least: 2}")
    assert sampled.digest != everything.digest
    assert len(sampled.jobs) == len(everything.jobs)
    assert sampled.scheduling["sampling"] == "percent=10 at_least=2"
    assert "sampling" not in everything.scheduling


def wait_of(result, label: str) -> float:
    of_label = result.jobs.label == result.labels.index(label)
    return float((result.jobs.assigned_us - result.jobs.queued_us)[of_label].mean())


@pytest.mark.parametrize("rule", ["interruptible", "priority"])
@pytest.mark.parametrize("grace", ["0s", "20s"])
def test_preemption_lets_the_important_start_and_loses_nobody(rule: str, grace: str) -> None:
    without = run("scheduling.preemption={rule: never}")
    preempting = run(f"scheduling.preemption={{rule: {rule}, grace: {grace}}}")
    assert len(preempting.jobs) == len(without.jobs)
    victims = figures(preempting, "Preemption")
    assert sum(row[2] for row in victims) == preempting.work["preempted"] > 0
    assert all(row[3] > 0 for row in victims), "work is lost, and said so"
    assert {row[0] for row in victims} <= ({"batch"} if rule == "interruptible" else {"batch", "plain"})
    assert wait_of(preempting, "urgent") < wait_of(without, "urgent")
    assert not figures(without, "Preemption")


GANG = TEXT.replace("urgent: {resources", "urgent: {gang: 5, resources")


def test_gangs_are_placed_whole_and_their_figures_say_so() -> None:
    result = run(text=GANG)
    ((label, parts, placed, nodes, _),) = figures(result, "Gangs")
    assert (label, parts) == ("urgent", 5)
    assert placed > 50
    assert 3 <= nodes <= 5, "a node has room for two parts at most"
    urgent = result.jobs.label == result.labels.index("urgent")
    assert set(result.jobs.cpu_millis[urgent].tolist()) == {20_000}, "what its parts take together"


def test_gangs_think_and_crash_and_sample_too() -> None:
    changes = ("scheduling.decision_time=100ms", "scheduling.sampling={percent: 0, at_least: 2, order: random}")
    first, again = (run(*changes, text=GANG) for _ in range(2))
    assert first.digest == again.digest


@pytest.mark.parametrize(("change", "said"), [
    ("scheduling.preemption={rule: priority}", "gang: found 5, with preemption"),
    ("scheduling.backfill=easy", "gang: found 5, with backfill"),
    ("workload.synthetic.jobs.urgent.gang=50", "at most 21"),
    ("tenants={default: {quota: {hard: {jobs: 900}}}}", "gang: found 5, with quotas"),
    ("workload.synthetic.jobs.urgent.spread=[{topology: node}]", "gang: found 5, with spread"),
])  # fmt: skip
def test_what_gangs_cannot_be_combined_with(change: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        load_text(GANG, settings=(change,))


@pytest.mark.parametrize(("changes", "said"), [
    (["scheduling.backfill=easy"], "never with backfill"),
    (["workload.synthetic.jobs.urgent.priority=0", "workload.synthetic.jobs.plain.priority=0"], "the same priority"),
    (["workload.synthetic.jobs.batch.interruptible=false"], "interruptible: true"),
])  # fmt: skip
def test_preemption_that_could_never_happen_is_refused(changes: list[str], said: str) -> None:
    settings = ("scheduling.preemption={rule: interruptible}", *changes)
    with pytest.raises(ScenarioError, match=said):
        load_text(TEXT, settings=settings)


SWF = """
name: log
workload:
  trace:
    file: FILE
    format: swf
    swf: {places: PLACES}
    default: {resources: {cpu: 1cpu}}
fleet:
  providers:
    site:
      pools:
        nodes: {nodes: 3, capacity: {cpu: 2cpu}}
"""
ROW = "{job} {submit} -1 {run} {processors} -1 -1 {processors} {run} -1 1 -1 -1 -1 -1 -1 -1 -1\n"


def test_jobs_of_a_log_take_their_processors_wherever_they_are(tmp_path) -> None:
    """Six processors in three nodes: 5 start at once, 2 wait for one of them, and 1 goes beside."""
    rows = ((1, 0, 100, 5), (2, 1, 100, 2), (3, 2, 10, 1))
    file = tmp_path / "log.swf"
    file.write_text("".join(ROW.format(job=job, submit=at, run=run, processors=n) for job, at, run, n in rows))
    text = SWF.replace("FILE", str(file)).replace("PLACES", "gang")
    jobs = run(text=text).jobs
    order = jobs.job.argsort()
    assert (jobs.started_us[order] // 1_000_000).tolist() == [0, 100, 2]
    assert jobs.cpu_millis[order].tolist() == [5000, 2000, 1000]
    with pytest.raises(ScenarioError, match="places: found gang, with backfill"):
        load_text(text, settings=("scheduling.backfill=easy",))


FAULTS = "faults={crashes: {rate: 24/d, comes_back: 5m}, delivery: {duplicate: 5%, reorder: 10%, delay: 2s}}"


@pytest.mark.parametrize("text", [TEXT, GANG], ids=["preemption", "gangs"])
def test_promises_hold_when_nodes_die_and_messages_come_late_or_twice(text: str) -> None:
    changes = ("scheduling.preemption={rule: priority, grace: 20s}",) if text is TEXT else ()
    assert len(run(FAULTS, *changes, text=text).jobs) > 300

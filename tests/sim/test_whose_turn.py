"""Allocators and orderings in a run: what a scenario says of tenants, ageing and deadlines reaches the scheduler."""

import pytest

from domain.scheduling.policies import ALLOCATORS, ORDERINGS
from scenarios.loader import load_text, resolve_policies
from scenarios.problems import ScenarioError
from sim.results import RunResult
from sim.run import simulate

SCENARIO = """
name: turns
horizon: 2h
tenants:
  one: {weight: 1, priority: 0, parent: both}
  two: {weight: 3, priority: 3, parent: both, weights: {cpu: 2}}
  both: {weight: 1}
  three: {weight: 1, quota: {guarantee: {cpu: 2cpu}}}
workload:
  synthetic:
    pushes: {rate: 60/h, by_tenant: {one: 1, two: 1, three: 1, both: 1}}
    jobs:
      build: {resources: {cpu: 2cpu, memory: 1GiB}, duration: {exponential: {mean: 2m}}, deadline: 5m}
      test: {resources: {cpu: 1cpu, memory: 1GiB}, duration: {exponential: {mean: 4m}}, needs: [build]}
      lint: {resources: {cpu: 1cpu, memory: 1GiB}, duration: 30s, max_queue_time: 3h, priority: 2}
fleet: {providers: {dc: {pools: {all: {nodes: 2, capacity: {cpu: 4cpu, memory: 16GiB}}}}}}
scheduling: {estimates: exact}
"""


def run(*settings: str) -> RunResult:
    scenario = load_text(SCENARIO, settings=settings)
    return simulate(scenario, next(iter(resolve_policies(scenario))), check=True)


@pytest.mark.parametrize("setting", [
    *(f"allocator={name}" for name in ALLOCATORS), *(f"ordering={name}" for name in ORDERINGS),
])  # fmt: skip
def test_every_policy_runs_to_the_end_with_every_checker(setting: str) -> None:
    assert len(run(f"scheduling.{setting}").jobs) > 200


def test_they_decide_differently() -> None:
    digests = {run(f"scheduling.{setting}").digest for setting in (
        *(f"allocator={name}" for name in ALLOCATORS), *(f"ordering={name}" for name in ORDERINGS if name != "fifo"),
    )}  # fmt: skip
    assert len(digests) == len(ALLOCATORS) + len(ORDERINGS) - 1


def waits(result: RunResult, tenant: str) -> float:
    mine = result.jobs.tenant == result.tenants.index(tenant)
    return float((result.jobs.started_us - result.jobs.queued_us)[mine].mean())


def test_priority_is_strict_without_ageing_and_evens_out_with_it() -> None:
    strict, aged = run("scheduling.allocator=priority"), run("scheduling.allocator=priority", "scheduling.ageing=1s")
    assert waits(strict, "two") < waits(aged, "two")
    assert waits(strict, "one") > waits(aged, "one")


def test_the_lottery_has_its_own_stream() -> None:
    """The arrivals stay what they are, and the seed decides the draws."""
    one, same, other = (
        run("scheduling.allocator=lottery", f"seed={seed}") for seed in (1, 1, 2)
    )  # fmt: skip
    assert one.digest == same.digest != other.digest
    fifo = run("scheduling.allocator=fifo")
    assert sorted(one.jobs.label) == sorted(fifo.jobs.label)


def test_deadlines_and_ways_to_the_end_move_jobs() -> None:
    assert run("scheduling.ordering=edf").digest != run("scheduling.ordering=fifo").digest
    label = {name: number for number, name in enumerate(run().labels)}

    def wait(ordering: str, name: str) -> float:
        steady = (
            f"workload.synthetic.jobs.{label}.duration={time}" for label, time in (("build", "2m"), ("test", "4m"))
        )
        jobs = run(f"scheduling.ordering={ordering}", *steady, "workload.synthetic.jobs.build.resources.cpu=1cpu").jobs
        return float((jobs.started_us - jobs.queued_us)[jobs.label == label[name]].mean())

    assert wait("critical-path", "build") < wait("fifo", "build"), "tests wait for builds"
    assert wait("edf", "build") < wait("fifo", "build"), "only builds have an early deadline"


@pytest.mark.parametrize(("setting", "found"), [
    ("tenants.one.parent=nobody", "no tenant"),
    ("tenants.both.parent=one", "itself part of"),
    ("tenants.one.parent=one", "itself part of"),
    ("tenants.one.weights={cpu: 0}", "0"),
])  # fmt: skip
def test_a_hierarchy_has_no_strangers_and_no_circles(setting: str, found: str) -> None:
    with pytest.raises(ScenarioError) as error:
        load_text(SCENARIO, settings=[setting])
    assert found in str(error.value)

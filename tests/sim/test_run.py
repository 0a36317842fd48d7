"""A run keeps its promises: everything ends once, nothing is over-committed, and the same seed is the same run."""

import dataclasses

import numpy as np
import pytest

from scenarios.loader import resolve_policies
from sim.results import OUTCOMES
from sim.run import Stalled, simulate

SETTINGS = [
    pytest.param({}, id="drf"),
    pytest.param({"allocator": "fifo", "ordering": "sjf", "placement": "spread"}, id="fifo-sjf-spread"),
    pytest.param({"ordering": "sjf", "estimates": "exact"}, id="sjf-exact"),
    pytest.param({"decision_time": "2s", "offer_ttl": "15s"}, id="slow scheduler"),
]


def run(scenario, **options):
    (policy,) = resolve_policies(scenario)
    return simulate(scenario, policy, **options)


@pytest.mark.parametrize("scheduling", SETTINGS)
@pytest.mark.parametrize("kind", ["fixed", "elastic"])
def test_every_promise_holds(scenario, elastic, scheduling, kind) -> None:
    pool = {"pool": elastic} if kind == "elastic" else {}
    result = run(scenario(scheduling=scheduling, **pool), check=True)
    jobs = result.jobs
    assert result.checked
    assert len(jobs) == result.work["jobs_submitted"] > 500
    assert len(np.unique(jobs.job)) == len(jobs)
    ran = jobs.started_us >= 0
    assert (jobs.queued_us[ran] <= jobs.assigned_us[ran]).all()
    assert (jobs.assigned_us[ran] <= jobs.started_us[ran]).all()
    assert (jobs.started_us[ran] < jobs.finished_us[ran]).all()
    seen = {OUTCOMES[code] for code in jobs.outcome}
    assert {"SUCCEEDED", "FAILED", "SKIPPED"} <= seen


def test_checking_changes_nothing(scenario, elastic) -> None:
    plain, checked = (run(scenario(pool=elastic), check=check) for check in (False, True))
    assert plain.digest == checked.digest


def test_watching_events_changes_nothing(scenario) -> None:
    seen: list[tuple[str, int]] = []

    def sink(events, causes) -> None:
        seen.extend((type(event).__name__, cause) for event, cause in zip(events, causes, strict=True))

    watched = run(scenario(), event_sink=sink)
    assert watched.digest == run(scenario()).digest
    assert len(seen) == watched.events
    assert all(cause <= number for number, (_, cause) in enumerate(seen)), "causes come before their consequences"
    names = [name for name, _ in seen]
    caused_by = {name: {names[c - 1] for n, c in seen if n == name and c} for name in set(names)}
    assert caused_by["JobAssigned"] == {"JobPlaced"}
    assert caused_by["WorkerRequested"] == {"JobPlaced"}
    assert caused_by["JobEnded"] == {"ExecutionEnded"}, "its own, or that of the need for which it was skipped"


def test_the_seed_is_the_run(scenario) -> None:
    assert run(scenario()).digest == run(scenario()).digest
    assert run(scenario()).digest != run(scenario(), seed=8).digest
    assert run(scenario(), seed=8).seed == 8


def test_policies_see_the_same_arrivals(scenario) -> None:
    """Common random numbers: who comes when, and how long it takes, does not depend on the policy."""

    def load(result):
        order = np.argsort(result.jobs.job)
        ran = (result.jobs.started_us >= 0)[order]
        duration = (result.jobs.finished_us - result.jobs.started_us)[order]
        return result.jobs.tenant[order], np.where(ran, duration, -1)

    jobs = {"job": {"resources": {"cpu": "2cpu"}, "duration": {"exponential": {"mean": "5m"}}}}
    one, other = (run(scenario(jobs=jobs, scheduling=s.values[0])) for s in SETTINGS[:2])
    for left, right in zip(load(one), load(other), strict=True):
        np.testing.assert_array_equal(left, right)
    assert one.digest != other.digest


def test_a_busy_scheduler_shows_in_the_waits(scenario) -> None:
    quick = run(scenario())
    slow = run(scenario(scheduling={"decision_time": "5s", "offer_ttl": "1m"}))
    assert slow.work["scheduler_busy_us"] == 5_000_000 * slow.work["offers"]

    def mean_wait(result):
        started = result.jobs.started_us >= 0
        return (result.jobs.started_us - result.jobs.queued_us)[started].mean()

    assert mean_wait(slow) > mean_wait(quick)


def test_a_short_offer_ttl_lets_offers_expire_and_nothing_is_lost(scenario) -> None:
    kinds: dict[str, int] = {}

    def sink(events, causes) -> None:
        for event in events:
            kinds[type(event).__name__] = kinds.get(type(event).__name__, 0) + 1

    result = run(scenario(scheduling={"decision_time": "3s", "offer_ttl": "5s"}), check=True, event_sink=sink)
    assert kinds["OfferExpired"] > 10
    ends = ("OfferAccepted", "OfferExpired", "OfferRescinded")  # rescinded: a job gave up while it was on offer
    assert kinds["OfferOpened"] == sum(kinds.get(end, 0) for end in ends)
    assert len(result.jobs) == result.work["jobs_submitted"]


def test_an_elastic_pool_follows_demand_within_its_bounds(scenario, elastic) -> None:
    result = run(scenario(pool=elastic), check=True)
    nodes = result.nodes
    assert len(nodes) > 1
    edges = np.concatenate([nodes.ordered_us, nodes.gone_us[nodes.gone_us >= 0]])
    steps = np.concatenate([np.ones(len(nodes)), -np.ones((nodes.gone_us >= 0).sum())])
    standing = np.cumsum(steps[np.lexsort((steps, edges))])
    assert standing.max() <= 6
    assert standing.min() >= 1
    booted = nodes.ordered_us > 0
    assert (nodes.ready_us[booted] > nodes.ordered_us[booted]).all()
    assert (nodes.ready_us[~booted] == 0).all(), "the minimum stands from the start"


def test_reusable_workers_save_their_start(scenario, elastic) -> None:
    fresh = elastic | {"workers": elastic["workers"] | {"kind": "ephemeral"}}

    def starts(pool):
        jobs = run(scenario(pool=pool)).jobs
        ran = jobs.started_us >= 0
        return (jobs.started_us - jobs.assigned_us)[ran]

    assert (starts(fresh) > 0).all()
    assert (starts(elastic) == 0).mean() > 0.2


def test_a_stall_is_said_and_not_waited_for(scenario, job_classes) -> None:
    """Two pools share a quota of one machine, which the first pool's minimum holds for ever."""
    big = {"nodes": {"min": 0, "max": 3}, "capacity": {"cpu": "64cpu", "memory": "64GiB"}, "labels": ["big"]}
    small = {"nodes": 1, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"]}
    fleet = {"providers": {"cloud": {"max_nodes": 1, "pools": {"small": small, "big": big}}}}
    jobs = {"job": {"resources": {"cpu": "8cpu"}, "runs_on": ["big"], "duration": "1m"}}
    with pytest.raises(Stalled, match="jobs wait for machines that can never come"):
        run(scenario(jobs=jobs, fleet=fleet))


def test_a_result_is_plain_columns(scenario) -> None:
    result = run(scenario())
    for table in (result.jobs, result.nodes):
        for field in dataclasses.fields(table):
            column = getattr(table, field.name)
            assert column.dtype == np.int64
            assert len(column) == len(table)


def test_progress_never_goes_back(scenario) -> None:
    told: list[tuple[float, int]] = []
    result = run(scenario(), on_progress=lambda done, jobs: told.append((done, jobs)))
    assert told == sorted(told)
    assert told[-1] == (1.0, len(result.jobs))

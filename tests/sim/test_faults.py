"""What goes wrong goes wrong as the scenario says, every promise holds all the same, and every job ends."""

from typing import Any

import numpy as np
import pytest

from domain.contracts import workers as w
from domain.contracts.orchestration import JobQueued, JobRetried
from domain.contracts.scheduling import AssignmentRevoked, JobPlaced, NodeReady, NodeTainted
from scenarios.loader import resolve_policies
from sim.faults.draws import gaps_of, luck_of
from sim.results import OUTCOMES, RunResult
from sim.run import simulate

POOL: dict[str, Any] = {
    "kind": "vm", "instance": "m6i.xlarge", "nodes": {"min": 1, "max": 8, "idle_timeout": "3m"}, "labels": ["linux"],
}  # fmt: skip
SPOT = POOL | {"market": "spot", "zones": ["a", "b"], "nodes": {"min": 4, "max": 12, "idle_timeout": "1h"}}
EVERYTHING: dict[str, Any] = {
    "crashes": {"rate": "0.3/h", "comes_back": "5m"},
    "spot": {"preset": "stress"},
    "outages": [
        {"provider": "cloud", "at": "1h", "lasts": "20m"},
        {"provider": "cloud", "at": "3h", "lasts": "20m", "kind": "maintenance"},
    ],
    "api_errors": 0.2,
    "boots": {"fail": 0.3, "slow": 0.2},
    "workers": {
        "start_failure": 0.05,
        "crash": "0.5/h",
        "silence": "2/h",
        "silent_for": {"exponential": {"mean": "2m"}},
    },
    "maintenance": {"every": "1h", "lasts": "5m", "grace": "2m"},
}


def run(scenario, **changes) -> tuple[RunResult, list]:
    """A checked run, and its events about machines and workers."""
    events: list = []
    result = simulate(
        scenario(**changes), "drf+fifo+best-fit", check=True, event_sink=lambda batch, causes: events.extend(batch)
    )
    return result, [event for event in events if type(event).__module__ == w.__name__]


def of(kind, events) -> list:
    return [event for event in events if isinstance(event, kind)]


def table(result: RunResult, title: str) -> list[dict[str, Any]]:
    (found,) = (one for one in result.contexts if (one.context, one.title) == ("workers", title))
    return [dict(zip((name for name, _ in found.columns), row, strict=True)) for row in found.rows]


def causes(events) -> set[str]:
    return {event.cause for event in of(w.MachineFailed, events)} | {
        event.cause for event in of(w.WorkerFailed, events)
    }


@pytest.mark.parametrize("workers", [
    {}, {"kind": "reusable", "idle_timeout": "2m", "max_lifetime": "20m"}, {"time_to_live": "30s"},
])  # fmt: skip
def test_with_everything_going_wrong_every_job_ends_and_every_promise_holds(scenario, workers) -> None:
    pool = SPOT | {"warm": 1, "workers": workers}
    result, events = run(scenario, pool=pool, faults=EVERYTHING, horizon="4h")
    assert len(result.jobs) == result.work["jobs_submitted"] > 500
    assert causes(events) >= {
        "crash", "spot", "boot-timeout", "maintenance", "start-timeout", "worker-crash", "lease",
    }  # fmt: skip
    assert (result.jobs.outcome == OUTCOMES.index("SUCCEEDED")).mean() > 0.5
    assert result.jobs.attempts.max() > 2
    lost = {row["cause"]: row for row in table(result, "Jobs that lost their place")}
    assert all(lost[cause]["jobs"] > 0 for cause in ("crash", "spot", "worker-crash", "lease", "start-timeout"))
    assert lost["start-timeout"]["CPU time lost"] == 0 < lost["spot"]["CPU time lost"]


def test_the_same_faults_come_at_the_same_moments(scenario) -> None:
    runs = [run(scenario, pool=SPOT, faults=EVERYTHING, horizon="2h")[0] for _ in range(2)]
    assert runs[0].digest == runs[1].digest


def test_where_nothing_goes_wrong_nothing_is_drawn(scenario) -> None:
    """An empty section is the same as none."""
    without, _ = run(scenario, pool=POOL, horizon="2h")
    with_empty, _ = run(scenario, pool=POOL, horizon="2h", faults={})
    assert without.digest == with_empty.digest


def test_one_kind_of_fault_leaves_the_moments_of_another_alone(scenario) -> None:
    """Crashes of a fixed fleet come when they come, whatever else goes wrong."""
    fixed = {"nodes": 6, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"]}
    crashes = {"crashes": {"rate": "0.5/h", "comes_back": "1m"}}
    moments = []
    for more in ({}, {"workers": {"crash": "1/h"}}):
        _, events = run(scenario, pool=fixed, faults=crashes | more, horizon="3h")
        failed = [(event.at_us, event.node) for event in of(w.MachineFailed, events) if event.cause == "crash"]
        moments.append([one for one in failed if one[0] < 3 * 3_600_000_000])
    assert moments[0] == moments[1] != []


def test_a_machine_that_crashes_for_good_is_replaced(scenario) -> None:
    fixed = {"nodes": 4, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"], "node_boot": "1m"}
    result, events = run(scenario, pool=fixed, faults={"crashes": {"rate": "0.5/h"}})
    lost = len(of(w.MachineFailed, events))
    assert lost > 3
    assert len(of(w.MachineOrdered, events)) == 4 + lost
    moments = [[event.at_us for event in of(kind, events)] for kind in (w.MachineFailed, w.MachineOrdered)]
    assert moments[1] == [0] * 4 + moments[0], "at once, though no job may be waiting"
    gone = result.nodes.gone_us
    assert ((gone >= 0).sum(), len(gone)) == (lost, 4 + lost)


def test_spot_machines_get_notice_and_most_go_in_shocks(scenario) -> None:
    pool = SPOT | {"nodes": {"min": 40, "max": 60, "idle_timeout": "1h"}}
    faults = {"spot": {"rate": "1/h", "notice": "2m", "hits": 0.3}}
    result, events = run(scenario, pool=pool, faults=faults)
    told = {event.node: event for event in of(w.MachineLeaving, events) if event.cause == "spot"}
    returned = {event.node: event.at_us for event in of(w.MachineReturned, events)}
    assert len(told) > 60
    for node, event in told.items():
        assert event.gone_at_us == event.at_us + 120_000_000
        if event.gone_at_us <= result.end_us:
            assert returned[node] <= event.gone_at_us, "gone by then, or before when nothing ran there"
    zone = {event.node: event.attributes[-1] for event in of(w.MachineOrdered, events)}
    together = sum(
        any(zone[a] == zone[b] and 0 < abs(told[a].at_us - told[b].at_us) <= 180_000_000 for b in told) for a in told
    )
    assert together / len(told) > 0.85
    left = np.where(result.nodes.gone_us < 0, result.end_us, result.nodes.gone_us)
    hours = (left - result.nodes.ready_us).sum() / 3.6e9
    assert 0.7 < len(told) / hours < 1.4, "the rate of the scenario"


def test_spot_savings_are_the_difference_of_both_prices(scenario) -> None:
    result, _ = run(scenario, pool=SPOT)
    (row,) = table(result, "Spot machines")
    assert row["saved"] == row["on demand"] - row["paid"]
    assert row["saved share"] == pytest.approx(1 - 0.077 / 0.192, abs=0.01)


def test_an_outage_opens_the_breaker_and_orders_resume_after_it(scenario) -> None:
    pool = POOL | {"nodes": {"min": 0, "max": 8, "idle_timeout": "1m"}}
    faults = {"outages": [{"provider": "cloud", "at": "1h", "lasts": "30m"}]}
    result, events = run(scenario, pool=pool, faults=faults)
    hour = 3_600_000_000
    ordered = [event.at_us for event in of(w.MachineOrdered, events)]
    assert not [at for at in ordered if hour <= at < hour * 3 // 2]
    assert [at for at in ordered if hour * 3 // 2 <= at < hour * 3 // 2 + 120_000_000], "soon after it is over"
    states = [event.state for event in of(w.CircuitChanged, events)]
    assert states[0] == "OPEN"
    assert states[-1] == "CLOSED"
    assert [event.state for event in of(w.ProviderChanged, events)] == ["DEGRADED", "ACTIVE"]
    (row,) = table(result, "Providers' interfaces")
    assert row["breaker openings"] == states.count("OPEN") > 1
    assert row["failed"] >= 5
    assert row["state at the end"] == "ACTIVE"


def test_a_provider_in_maintenance_takes_no_orders_and_one_that_is_disabled_never_again(scenario) -> None:
    hour = 3_600_000_000
    pool = POOL | {"nodes": {"min": 2, "max": 8, "idle_timeout": "1m"}}
    outages = [
        {"provider": "cloud", "at": "1h", "lasts": "30m", "kind": "maintenance"},
        {"provider": "cloud", "at": "4h", "kind": "disabled"},
    ]
    result, events = run(scenario, pool=pool, faults={"outages": outages})
    ordered = [event.at_us for event in of(w.MachineOrdered, events)]
    assert not [at for at in ordered if hour <= at < hour * 3 // 2 or at >= 4 * hour]
    assert [at for at in ordered if hour * 3 // 2 <= at < 4 * hour]
    changes = [event.state for event in of(w.ProviderChanged, events)]
    assert changes == ["MAINTENANCE", "ACTIVE", "DISABLED"]
    assert len(result.jobs) == result.work["jobs_submitted"]


def test_boots_that_never_come_are_given_up_and_tried_again(scenario) -> None:
    pool = POOL | {"boot_timeout": "3m"}
    result, events = run(scenario, pool=pool, faults={"boots": {"fail": 0.3}})
    ordered = {event.node: event.at_us for event in of(w.MachineOrdered, events)}
    failed = [event for event in of(w.MachineFailed, events) if event.cause == "boot-timeout"]
    assert failed
    assert all(event.at_us - ordered[event.node] == 180_000_000 for event in failed)
    assert {event.node for event in of(w.MachineReturned, events)} >= {event.node for event in failed}
    assert table(result, "Machines")[0]["failed"] == len(failed)


def test_slow_boots_take_their_factor(scenario) -> None:
    pool = POOL | {"node_boot": "1m"}
    _, events = run(scenario, pool=pool, faults={"boots": {"slow": 0.5, "factor": 4.0}})
    ordered = {event.node: event.at_us for event in of(w.MachineOrdered, events)}
    took = {event.at_us - ordered[event.node] for event in of(w.MachineReady, events)}
    assert took == {0, 60_000_000, 240_000_000}, "0: those that stand at the start"


def test_maintenance_empties_one_machine_at_a_time_and_brings_it_back(scenario) -> None:
    fixed = {"nodes": 3, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"]}
    work = {"maintenance": {"every": "1h", "lasts": "10m", "grace": "5m"}}
    _, events = run(scenario, pool=fixed, faults=work)
    left = of(w.MachineLeaving, events)
    assert [event.node for event in left][:6] == [1, 2, 3, 1, 2, 3]
    down = [event.at_us for event in of(w.MachineFailed, events)]
    back = [event.at_us for event in of(w.MachineRecovered, events)]
    assert [at - event.at_us for at, event in zip(down, left, strict=False)] == [300_000_000] * len(down)
    assert [b - a for a, b in zip(down, back, strict=False)] == [600_000_000] * len(back)


def test_a_worker_whose_heartbeats_stop_loses_its_job_only_after_its_lease(scenario) -> None:
    pool = POOL | {"workers": {"lease": "1m", "heartbeat": "10s"}}
    short = {"workers": {"silence": "5/h", "silent_for": "49s"}}
    _, events = run(scenario, pool=pool, faults=short)
    assert "lease" not in causes(events), "the next heartbeat came in time, always"
    between = {"workers": {"silence": "5/h", "silent_for": "55s"}}
    _, events = run(scenario, pool=POOL | {"workers": {"lease": "69s", "heartbeat": "10s"}}, faults=between)
    assert "lease" in causes(events), "silent for less than the lease, but the next heartbeat is due after it"
    long = {"workers": {"silence": "5/h", "silent_for": "10m"}}
    _, events = run(scenario, pool=pool, faults=long)
    acquired = {event.worker: event.at_us for event in of(w.WorkerAcquired, events)}
    expired = [event for event in of(w.WorkerFailed, events) if event.cause == "lease"]
    assert expired
    assert {(event.at_us - acquired[event.worker]) % 10_000_000 for event in expired} == {0}, (
        "a lease after a heartbeat"
    )
    assert [event.cause for event in of(w.JobStranded, events)] == ["lease"] * len(expired)


def test_jobs_that_keep_off_spot_machines_are_never_interrupted(scenario, job_classes) -> None:
    jobs = {name: job | {"constraints": ["market Ne spot"]} for name, job in job_classes.items()}
    pools = {"spot": SPOT, "steady": POOL}
    fleet = {"providers": {"cloud": {"pools": pools}}}
    result, events = run(scenario, jobs=jobs, fleet=fleet, faults={"spot": {"preset": "stress"}})
    interrupted = [event for event in of(w.MachineLeaving, events) if event.cause == "spot"]
    assert interrupted
    (row,) = table(result, "Spot machines")
    assert (row["interrupted"], row["jobs lost"]) == (len(interrupted), 0)
    assert {result.pools[pool].name for pool in result.jobs.pool if pool >= 0} == {"cloud/steady"}


@pytest.mark.parametrize("effect", ["NoSchedule", "NoExecute"])
def test_a_pool_that_is_tainted_for_a_while_takes_only_who_tolerates_it(scenario, effect) -> None:
    """Nodes that come back meanwhile are tainted still; afterwards all is as before."""
    jobs = {
        "patient": {"resources": {"cpu": "1cpu"}, "duration": "10m", "tolerations": ["slow"]},
        "picky": {"resources": {"cpu": "1cpu"}, "duration": "10m"},
    }
    hour = 3_600_000_000
    slow = {"provider": "cloud", "pool": "linux", "at": "2h", "lasts": "1h", "taint": f"slow:{effect}"}
    events: list = []
    made = scenario(jobs=jobs, faults={"taints": [slow], "crashes": {"rate": "1/h", "comes_back": "5m"}})
    simulate(made, "drf+fifo+best-fit", check=True, event_sink=lambda batch, causes: events.extend(batch))
    label = {event.job: event.label for event in of(JobQueued, events)}
    meanwhile = [label[event.job] for event in of(JobPlaced, events) if 2 * hour < event.at_us < 3 * hour]
    assert len(meanwhile) > 10 and set(meanwhile) == {"patient"}
    later = {label[event.job] for event in of(JobPlaced, events) if event.at_us >= 3 * hour}
    assert later == {"patient", "picky"}
    told = of(NodeTainted, events)
    assert [event.at_us for event in told if event.taints] == [2 * hour] * 4
    assert [event.at_us for event in told if not event.taints] == [3 * hour] * 4
    evicted = [event for event in of(AssignmentRevoked, events) if event.reason == "taint:slow"]
    assert bool(evicted) == (effect == "NoExecute")
    assert {event.at_us for event in evicted} <= {2 * hour}
    assert {label[event.job] for event in evicted} <= {"picky"}


def test_machines_that_come_to_a_tainted_pool_are_tainted_before_they_take_a_job(scenario, elastic) -> None:
    slow = {"provider": "cloud", "pool": "linux", "at": "0s", "lasts": "3h", "taint": "slow:NoSchedule"}
    jobs = {"a": {"resources": {"cpu": "1cpu"}, "duration": "10m", "tolerations": ["slow"]}}
    events: list = []
    made = scenario(pool=elastic, jobs=jobs, faults={"taints": [slow]})
    simulate(made, "drf+fifo+best-fit", check=True, event_sink=lambda batch, causes: events.extend(batch))
    came = {event.node: event.at_us for event in of(NodeReady, events) if 0 < event.at_us < 10_800_000_000}
    tainted = {event.node: event.at_us for event in of(NodeTainted, events) if event.taints and event.at_us}
    assert came and came == tainted


@pytest.mark.parametrize("fault", ["crash", "silence"])
def test_whether_an_attempt_is_struck_depends_on_no_policy(scenario, fault) -> None:
    """Common random numbers: the same attempts of the same jobs, on a large fleet or a small one, in any order."""
    jobs = {"a": {"resources": {"cpu": "2cpu"}, "duration": {"exponential": {"mean": "3m"}}},
            "b": {"resources": {"cpu": "1cpu"}, "duration": "1m"}}  # fmt: skip
    struck = []
    for rules, nodes in ({"ordering": "sjf", "placement": "spread"}, 4), ({"allocator": "fifo"}, 40):
        pool = {"nodes": nodes, "capacity": {"cpu": "4cpu", "memory": "16GiB"},
                "workers": {"lease": "1m", "heartbeat": "10s"}}  # fmt: skip
        events: list = []
        faults = {"workers": {fault: "2/h", "silent_for": {"constant": "1h"}}}
        made = scenario(pool=pool, jobs=jobs, scheduling=rules, faults=faults)
        (policy,) = resolve_policies(made)
        simulate(made, policy, event_sink=lambda batch, causes, events=events: events.extend(batch))
        struck.append(sorted((event.job, event.attempt) for event in of(JobRetried, events)))
    assert struck[0] == struck[1]
    assert len(struck[0]) > 20 and max(attempt for _, attempt in struck[0]) > 1


def test_the_luck_of_attempts_is_even_and_their_own() -> None:
    luck = luck_of(np.random.default_rng(3))
    drawn = {(job, attempt): luck(job, attempt) for attempt in (1, 2) for job in range(10_000)}
    assert len(set(drawn.values())) == 20_000
    assert all(drawn[job, attempt] == luck(job, attempt) for job, attempt in [(9, 2), (0, 1)]), "asked again"
    assert luck(1, 12) != luck(11, 2)
    counts = np.histogram(list(drawn.values()), bins=10, range=(0, 1))[0]
    assert (abs(counts - 2000) < 200).all()
    gaps = gaps_of(2.0, np.random.default_rng(4))
    assert sum(gaps(job, 1) for job in range(10_000)) / 10_000 == pytest.approx(1_800_000_000, rel=0.03)


def test_a_failed_order_is_tried_again_by_itself_when_nothing_else_happens(scenario) -> None:
    """One job an hour: nobody else would ever look at what it waits for."""
    lonely = {"synthetic": {"pushes": {"rate": "1/h"}, "jobs": {"one": {
        "resources": {"cpu": "1cpu"}, "runs_on": ["linux"], "duration": "1s"}}}}  # fmt: skip
    pool = POOL | {"nodes": {"min": 0, "max": 3, "idle_timeout": "1s"}, "node_boot": "10s"}
    result, events = run(scenario, pool=pool, workload=lonely, horizon="2d", faults={"api_errors": 0.5})
    assert len(of(w.OrderFailed, events)) > 10
    assert (result.jobs.assigned_us - result.jobs.queued_us).max() < 300_000_000

"""Pools follow their load as the scenario says: at once or by stale counts, with spares, schedules, stopped nodes."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from domain.contracts import workers as w
from domain.contracts.scheduling import AssignmentRevoked
from sim.results import RunResult
from sim.run import Stalled, simulate

POOL: dict[str, Any] = {
    "kind": "vm", "instance": "m6i.xlarge", "node_boot": "2m", "labels": ["linux"],
    "nodes": {"min": 0, "max": 12, "idle_timeout": "5m"},
}  # fmt: skip
HOUR = 3_600_000_000


def run(scenario, pool, **changes) -> tuple[RunResult, list]:
    """A checked run, and all its events."""
    events: list = []
    result = simulate(
        scenario(pool=pool, **changes), "drf+fifo+best-fit", check=True,
        event_sink=lambda batch, causes: events.extend(batch),
    )  # fmt: skip
    assert len(result.jobs) == result.work["jobs_submitted"]
    return result, events


def of(kind, events) -> list:
    return [event for event in events if isinstance(event, kind)]


def machines(result: RunResult) -> dict[str, Any]:
    found = next(one for one in result.contexts if (one.context, one.title) == ("workers", "Machines"))
    return dict(zip((name for name, _ in found.columns), found.rows[0], strict=True))


def scaled(**fields) -> dict[str, Any]:
    return POOL | {"scaling": fields}


@pytest.mark.parametrize("scaling", [
    {"poll": "30s"}, {"poll": "30s", "lag": "45s"},
    {"by": "queue-length", "jobs_per_machine": 2}, {"by": "queue-length", "jobs_per_machine": 2, "lag": "1m"},
    {"by": "utilisation", "target": 0.6, "poll": "1m"}, {"by": "schedule", "by_hour": [2, 4, 8, 12, 3, 1] * 4},
])  # fmt: skip
def test_every_way_to_scale_serves_every_job_and_none_takes_a_machine_from_its_jobs(scenario, scaling) -> None:
    result, events = run(scenario, scaled(**scaling))
    assert not of(AssignmentRevoked, events)
    assert not of(w.MachineFailed, events)
    assert len(of(w.MachineReturned, events)) > 0, "it shrinks, too"
    assert machines(result)["ordered"] == len(of(w.MachineOrdered, events))


def test_only_a_poll_orders_where_a_pool_looks_now_and_then(scenario) -> None:
    _, events = run(scenario, scaled(poll="1m", lag="10s"))
    moments = {event.at_us % 60_000_000 for event in of(w.MachineOrdered, events)}
    assert moments == {10_000_000}


def test_stale_counts_never_order_the_same_machine_twice(scenario) -> None:
    """One burst of jobs and a lag of many polls: every poll sees the same jobs, which are ordered for once."""
    jobs = {"one": {"resources": {"cpu": "4cpu"}, "duration": "1h", "count": 5}}
    pool = scaled(poll="10s", lag="90s") | {"nodes": {"min": 0, "max": "unlimited", "idle_timeout": "1h"}}
    workload = {"synthetic": {"pushes": {"rate": "1/h"}, "jobs": jobs}}
    result, events = run(scenario, pool, workload=workload, horizon="30h", tenants={"web": {}})
    assert len(result.jobs) > 50
    busiest = Counter(event.at_us // (HOUR // 2) for event in of(w.MachineOrdered, events)).most_common(1)[0][1]
    arrived = Counter((result.jobs.queued_us // (HOUR // 2)).tolist()).most_common(1)[0][1]
    assert busiest <= arrived


def test_a_schedule_is_kept_to_the_hour(scenario) -> None:
    by_hour = [1, 5, 2, 2, 7, 0] * 4
    result, _ = run(scenario, scaled(by="schedule", by_hour=by_hour) | {"node_boot": "1s"})
    gone = np.where(result.nodes.gone_us < 0, 1 << 60, result.nodes.gone_us)
    for hour, machines in enumerate(by_hour[:5]):
        just_before_the_next = (hour + 1) * HOUR - 1
        there = ((result.nodes.ready_us <= just_before_the_next) & (gone > just_before_the_next)).sum()
        assert there >= machines
        assert there <= max(by_hour[: hour + 1]), "those above are still busy"
    assert (result.nodes.gone_us >= 0).any()


def test_scale_down_kills_jobs_only_where_it_may_and_says_how_many(scenario) -> None:
    """A schedule that falls to nothing at once: with `kills_busy`, jobs lose their place and run again."""
    fields = {"by": "schedule", "by_hour": [8, 1] * 12, "scale_down": {"cool_down": "0s", "kills_busy": True}}
    result, events = run(scenario, scaled(**fields))
    lost = [event for event in of(AssignmentRevoked, events) if event.reason == "scale-down"]
    assert lost
    table = next(one for one in result.contexts if one.title == "Jobs that lost their place")
    ((pool, cause, jobs, cpu),) = table.rows
    assert (pool, cause, jobs) == ("cloud/linux", "scale-down", len(lost))
    assert cpu > 0
    fields["scale_down"] = {"cool_down": "0s"}
    _, events = run(scenario, scaled(**fields))
    assert not of(AssignmentRevoked, events)


def test_spare_machines_shorten_the_wait_and_cost_idle_time(scenario) -> None:
    cold, _ = run(scenario, POOL)
    warm, _ = run(scenario, POOL | {"warm": 4})
    waits = [np.mean(one.jobs.assigned_us - one.jobs.queued_us) for one in (cold, warm)]
    assert waits[1] < waits[0] / 2
    assert machines(warm)["machine time idle"] > machines(cold)["machine time idle"]
    assert machines(warm)["job time waiting for boots"] < machines(cold)["job time waiting for boots"]
    assert machines(cold)["warm pool hits"] is None
    assert machines(warm)["warm pool hits"] > 0.5


def test_spare_machines_follow_the_hour_of_the_day(scenario) -> None:
    quiet = {"synthetic": {"pushes": {"rate": "2/h"}, "jobs": {"one": {
        "resources": {"cpu": "1cpu"}, "duration": "1s", "count": 1}}}}  # fmt: skip
    by_hour = [6, 0, 0, 3] * 6
    pool = POOL | {"warm": {"by_hour": by_hour}, "nodes": {"min": 0, "max": 12, "idle_timeout": "1m"}}
    result, _ = run(scenario, pool, workload=quiet, horizon="12h")
    gone = np.where(result.nodes.gone_us < 0, 1 << 60, result.nodes.gone_us)
    there = [int(((result.nodes.ready_us <= at) & (gone > at)).sum()) for at in (HOUR // 2, 3 * HOUR - 1)]
    assert there[0] >= 6
    assert there[1] <= 2


def test_a_stopped_machine_starts_faster_than_one_boots(scenario) -> None:
    stopped = POOL | {"kind": "stopped-vm", "stopped": {"machines": 3, "start": "25s"}}
    result, events = run(scenario, stopped)
    ordered = {event.node: event.at_us for event in of(w.MachineOrdered, events)}
    took = Counter(event.at_us - ordered[event.node] for event in of(w.MachineReady, events))
    assert set(took) <= {0, 25_000_000, 120_000_000}
    assert machines(result)["from stopped"] == took[25_000_000] > 3, "more than there were at first"


def test_a_hosted_runner_serves_one_job_and_is_billed_by_the_started_minute(scenario) -> None:
    pool = {"kind": "hosted-runner", "runner": "linux-4c", "labels": ["linux"], "nodes": {"min": 0, "max": 20}}
    result, events = run(scenario, pool)
    jobs = Counter(event.node for event in of(w.WorkerAcquired, events))
    assert set(jobs.values()) == {1}
    assert len(of(w.MachineReturned, events)) >= len(jobs)
    (info,) = result.pools
    assert (info.price_udollars_per_hour, info.billed_by, info.granularity_us) == (720_000, "job", 60_000_000)
    assert (info.cpu_millis, info.memory_mib) == (4000, 16384)


def test_a_first_worker_on_a_machine_pulls_the_image_and_later_ones_find_it(scenario) -> None:
    pool = {"kind": "container", "nodes": 4, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"],
            "workers": {"start": "1s", "image_pull": "20s"}}  # fmt: skip
    _, events = run(scenario, pool)
    requested = {event.worker: event for event in of(w.WorkerRequested, events)}
    took = {event.worker: event.at_us - requested[event.worker].at_us for event in of(w.WorkerReady, events)}
    first = {event.node: event.worker for event in reversed(of(w.WorkerRequested, events))}
    assert {took[worker] for worker in first.values()} == {21_000_000}
    assert {time for worker, time in took.items() if worker not in first.values()} == {1_000_000}


def test_a_run_that_can_never_end_is_seen_though_pools_go_on_looking(scenario) -> None:
    pool = scaled(by="schedule", by_hour=[0] * 24)
    with pytest.raises(Stalled):
        run(scenario, pool, jobs={"one": {"resources": {"cpu": "1cpu"}, "duration": "1s"}})

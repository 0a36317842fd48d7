"""RunResults made by hand, and larger ones from a small queue of our own, for tests of reports."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any

import numpy as np
import pytest

from sim.results import OUTCOMES, JobTable, NodeTable, PoolInfo, RunResult

S = 1_000_000
JOB_COLUMNS = tuple(JobTable.__dataclass_fields__)

JOB = {
    "pipeline": 1, "tenant": 0, "label": 0, "queued_us": 0, "assigned_us": 0, "started_us": 0, "finished_us": 1,
    "outcome": 0, "node": 0, "pool": 0, "attempts": 1, "cpu_millis": 1000, "memory_mib": 1024,
}  # fmt: skip


def pool(name: str = "linux", **changes: Any) -> PoolInfo:
    fields: dict[str, Any] = {
        "name": name, "provider": "cloud", "cpu_millis": 4000, "memory_mib": 8192, "disk_mib": 0, "gpu_millis": 0,
        "price_udollars_per_hour": 192_000, "billed_by": "node", "granularity_us": S, "minimum_us": 0,
    }  # fmt: skip
    return PoolInfo(**(fields | changes))


def made(
    jobs: Sequence[dict[str, Any]] = (),
    nodes: Sequence[tuple[int, int, int, int]] = ((0, 0, 0, -1),),
    **changes: Any,
) -> RunResult:
    """A result with these jobs (fields over JOB; outcome by name or code) and nodes (pool, ordered, ready, gone)."""
    rows = [{"job": i + 1} | JOB | job for i, job in enumerate(jobs)]
    for row in rows:
        if isinstance(row["outcome"], str):
            row["outcome"] = OUTCOMES.index(row["outcome"])
    columns = {name: np.array([row[name] for row in rows], np.int64) for name in JOB_COLUMNS}
    table = np.array(nodes, np.int64).reshape(-1, 4)
    end = max([100 * S, *(row["finished_us"] for row in rows)])
    fields: dict[str, Any] = {
        "scenario": "by-hand", "policy": "fifo", "seed": 7, "warm_up_us": 0, "horizon_us": 100 * S, "end_us": end,
        "scheduling": {"allocator": "drf", "ordering": "fifo", "placement": "best-fit"},
        "tenants": ("acme",), "labels": ("build",), "pools": (pool(),),
        "jobs": JobTable(**columns), "nodes": NodeTable(*(table[:, i].copy() for i in range(4))),
        "digest": "3fa9" * 16, "events": 17 * len(rows), "work": {"placements_tried": len(rows)}, "wall_s": 0.5,
        "checked": True,
    }  # fmt: skip
    fields |= changes
    fields.setdefault("tenant_weights", (1,) * len(fields["tenants"]))
    return RunResult(**fields)


def lived(
    count: int = 2000, policy: str = "fifo", servers: int = 16, load: float = 0.8, seed: int = 1, **changes: Any
) -> RunResult:
    """`count` jobs of three labels and tenants through a first-come (or shortest-first) queue for 4-CPU nodes."""
    rng = np.random.default_rng(seed)
    teams = len(changes.get("tenants", "abc"))
    run = np.maximum(1, rng.lognormal(np.log(200 * S), 0.9, count)).astype(np.int64)
    arrive = np.cumsum(rng.exponential(run.mean() / servers / load, count)).astype(np.int64)
    boot = 2 * S
    waiting: list[tuple[int, int]] = []
    free = [(0, node) for node in range(servers)]
    assigned, node_of = np.zeros(count, np.int64), np.zeros(count, np.int64)
    arrived = 0
    for _ in range(count):
        at, node = heappop(free)
        if not waiting and arrive[arrived] > at:
            at = int(arrive[arrived])
        while arrived < count and arrive[arrived] <= at:
            heappush(waiting, (int(run[arrived]) if policy == "sjf" else arrived, arrived))
            arrived += 1
        job = heappop(waiting)[1]
        assigned[job], node_of[job] = at, node
        heappush(free, (at + boot + int(run[job]), node))
    started = assigned + boot
    finished = started + run
    order = np.argsort(finished, kind="stable")
    ones = np.ones(count, np.int64)
    columns = {
        "job": np.arange(1, count + 1), "pipeline": np.arange(count) // 5 + 1, "tenant": rng.integers(0, teams, count),
        "label": rng.integers(0, 3, count), "queued_us": arrive, "assigned_us": assigned, "started_us": started,
        "finished_us": finished, "outcome": (rng.random(count) < 0.2).astype(np.int64), "node": node_of,
        "pool": 0 * ones, "attempts": ones, "cpu_millis": 2000 * rng.integers(1, 3, count), "memory_mib": 4096 * ones,
    }  # fmt: skip
    horizon = int(arrive[-1]) + 1
    fields: dict[str, Any] = {
        "policy": policy, "seed": seed, "scenario": "small-shop",
        "tenants": ("acme", "globex", "initech"), "labels": ("build", "lint", "test"),
        "horizon_us": horizon, "warm_up_us": horizon // 10, "end_us": int(finished.max()),
    }  # fmt: skip
    jobs = JobTable(**{name: columns[name][order].astype(np.int64) for name in JOB_COLUMNS})
    return replace(made(nodes=[(0, 0, 0, -1)] * servers, **(fields | changes)), jobs=jobs)


@pytest.fixture(scope="session")
def make() -> Callable[..., RunResult]:
    return made


@pytest.fixture(scope="session")
def make_pool() -> Callable[..., PoolInfo]:
    return pool


@pytest.fixture(scope="session")
def live() -> Callable[..., RunResult]:
    return lived

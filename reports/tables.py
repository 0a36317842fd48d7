"""Jobs and nodes as Parquet: codes become names, what never happened becomes null, and back again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reports.arrow_columns import NAME, constant, named, strings, whole
from reports.manifest import RunFacts, StoreError
from sim.results import OUTCOMES, Column, JobTable, NodeTable, RunResult

JOBS = pa.schema([
    ("policy", NAME), ("job", pa.int64()), ("pipeline", pa.int64()), ("tenant", NAME), ("label", NAME),
    ("queued_us", pa.int64()), ("assigned_us", pa.int64()), ("started_us", pa.int64()), ("finished_us", pa.int64()),
    ("queue_wait_us", pa.int64()), ("outcome", NAME), ("node", pa.int64()), ("provider", NAME), ("pool", NAME),
    ("attempts", pa.int64()), ("cpu_millis", pa.int64()), ("memory_mib", pa.int64()),
])  # fmt: skip

NODES = pa.schema([
    ("policy", NAME), ("node", pa.int64()), ("provider", NAME), ("pool", NAME),
    ("ordered_us", pa.int64()), ("ready_us", pa.int64()), ("gone_us", pa.int64()),
    ("cpu_millis", pa.int64()), ("memory_mib", pa.int64()), ("price_udollars_per_hour", pa.int64()),
])  # fmt: skip

PLAIN = ("job", "pipeline", "attempts", "cpu_millis", "memory_mib")
SINCE_START = ("queued_us", "assigned_us", "started_us", "finished_us")


def jobs_table(result: RunResult) -> pa.Table:
    """One row per job, in order of ending; `queue_wait_us` is started − queued, null where the job never started."""
    jobs = result.jobs
    columns: dict[str, Any] = {name: whole(getattr(jobs, name)) for name in PLAIN}
    columns |= {name: _nullable(getattr(jobs, name)) for name in (*SINCE_START, "node")}
    waited = (jobs.started_us >= 0) & (jobs.queued_us >= 0)
    columns |= {
        "policy": constant(result.policy, len(jobs)),
        "tenant": named(jobs.tenant, result.tenants),
        "label": named(jobs.label, result.labels),
        "outcome": named(jobs.outcome, OUTCOMES),
        "provider": named(jobs.pool, [pool.provider for pool in result.pools]),
        "pool": named(jobs.pool, [pool.name for pool in result.pools]),
        "queue_wait_us": whole(jobs.started_us - jobs.queued_us, waited),
    }
    return pa.Table.from_arrays([columns[name] for name in JOBS.names], schema=JOBS)


def nodes_table(result: RunResult) -> pa.Table:
    """One row per node; `node` is what the `node` column of the same policy's jobs refers to."""
    nodes, pools = result.nodes, result.pools

    def of_pool(field: str) -> pa.Array:
        return whole(np.array([getattr(pool, field) for pool in pools], np.int64)[nodes.pool])

    columns: dict[str, Any] = {
        "policy": constant(result.policy, len(nodes)),
        "node": whole(np.arange(len(nodes), dtype=np.int64)),
        "provider": named(nodes.pool, [pool.provider for pool in pools]),
        "pool": named(nodes.pool, [pool.name for pool in pools]),
        "ordered_us": _nullable(nodes.ordered_us), "ready_us": _nullable(nodes.ready_us),
        "gone_us": _nullable(nodes.gone_us),
    }  # fmt: skip
    columns |= {name: of_pool(name) for name in ("cpu_millis", "memory_mib", "price_udollars_per_hour")}
    return pa.Table.from_arrays([columns[name] for name in NODES.names], schema=NODES)


def of_policy(table: pa.Table, policy: str) -> pa.Table:
    """The rows of one policy."""
    return table.filter(pc.equal(table.column("policy").cast(pa.string()), policy))


def jobs_back(table: pa.Table, facts: RunFacts) -> JobTable:
    """The rows of one policy as the columns they were; raises StoreError on a name the manifest does not know."""
    columns = {name: _column(table, name) for name in (*PLAIN, *SINCE_START, "node")}
    columns |= {
        "tenant": _codes(table, "tenant", facts.tenants),
        "label": _codes(table, "label", facts.labels),
        "outcome": _codes(table, "outcome", OUTCOMES),
        "pool": _pool_codes(table, facts),
    }
    return JobTable(**columns)


def nodes_back(table: pa.Table, facts: RunFacts) -> NodeTable:
    moments = {name: _column(table, name) for name in ("ordered_us", "ready_us", "gone_us")}
    return NodeTable(pool=_pool_codes(table, facts), **moments)


def _nullable(column: Column) -> pa.Array:
    return whole(column, column >= 0)


def _column(table: pa.Table, name: str) -> Column:
    filled: Column = pc.fill_null(table.column(name), -1).to_numpy()
    return filled.astype(np.int64)


def _codes(table: pa.Table, name: str, names: Sequence[str]) -> Column:
    values = table.column(name).cast(pa.string())
    codes = pc.index_in(values, value_set=strings(names))
    if codes.null_count != values.null_count:
        raise StoreError(f"column {name} holds names that the manifest does not know")
    found: Column = pc.fill_null(codes, -1).to_numpy()
    return found.astype(np.int64)


def _pool_codes(table: pa.Table, facts: RunFacts) -> Column:
    """Pools are known by provider and name together."""
    joined = pc.binary_join_element_wise(
        table.column("provider").cast(pa.string()), table.column("pool").cast(pa.string()), "\0"
    )
    names = [f"{pool.provider}\0{pool.name}" for pool in facts.pools]
    return _codes(pa.table({"pool": joined}), "pool", names)

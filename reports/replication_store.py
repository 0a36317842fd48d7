"""Figures of a stored run as tables for queries, metrics in one long table; and the way back from its summary."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from reports.figures import Summary
from reports.findings import Experiment, Judgement
from reports.long_metrics import metrics_of
from reports.manifest import RunFacts, StoreError
from scenarios.thresholds import Metric

if TYPE_CHECKING:
    import pyarrow as pa

METRICS, REPLICATIONS = "metrics.parquet", "replications.parquet"
SUMMARY = "summary.json"

METRIC_COLUMNS = ("run_id", "scenario_hash", "policy", "replication", "metric", "unit", "value")
REPLICATION_COLUMNS = ("run_id", "scenario_hash", "policy", "replication", "seed", "digest", "jobs", "wall_s")
_WHOLE = ("replication", "seed", "jobs")
_REAL = ("value", "wall_s")


Done = tuple[RunFacts, Summary]
"""A policy that ran to its end."""


class Metrics(NamedTuple):
    """One replication of a policy: `values` by metric as thresholds name it, in base units."""

    run_id: str
    scenario_hash: str
    policy: str
    replication: int
    values: dict[str, float | None]


def write_figures(
    folder: Path, identity: tuple[str, str], finished: Sequence[Done], experiment: Experiment | None
) -> None:
    """Both tables of a run, whose id and scenario `identity` is: replication 0 in full, the others as they are kept."""
    further = experiment.replications if experiment else ()
    rows = {(facts.policy, 0): (facts.seed, facts.digest, facts.jobs, facts.wall_s) for facts, _ in finished}
    values = {(facts.policy, 0): metrics_of(summary) for facts, summary in finished}
    for each in further:
        key = (each.policy, each.replication)
        rows.setdefault(key, (each.seed, each.digest, each.jobs, each.wall_s))
        values[key] = {**each.values, **values.get(key, {})}
    order = {facts.policy: at for at, (facts, _) in enumerate(finished)}
    keys = sorted((key for key in rows if key[0] in order), key=lambda key: (order[key[0]], key[1]))
    write_metrics(folder / METRICS, [Metrics(*identity, *key, values[key]) for key in keys])
    write_rows(folder / REPLICATIONS, REPLICATION_COLUMNS, [(*identity, *key, *rows[key]) for key in keys])


def write_metrics(path: Path, measured: Iterable[Metrics]) -> None:
    """The long table: a row per run, policy, replication and metric, with its unit; null where there is no value."""
    units: dict[str, str] = {}
    rows: list[tuple[Any, ...]] = []
    for each in measured:
        for metric, value in each.values.items():
            unit = units.get(metric) or units.setdefault(metric, unit_of(metric))
            rows.append((each.run_id, each.scenario_hash, each.policy, each.replication, metric, unit, value))
    write_rows(path, METRIC_COLUMNS, rows)


def unit_of(metric: str) -> str:
    """Of a metric as written; whose it is does not matter, nor whether a threshold could say that name."""
    found = re.match(r"(?:(\w+)\()?([^({})]+)", metric)
    assert found
    return Metric(found[1] or "", found[2]).unit


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows as a Parquet file: names as dictionaries, numbers with null for None."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from reports.arrow_columns import NAME

    whole, real = pa.int64(), pa.float64()
    schema = pa.schema([(name, whole if name in _WHOLE else real if name in _REAL else NAME) for name in columns])
    arrays = [_array([row[at] for row in rows], schema.field(at).type) for at in range(len(columns))]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def _array(values: list[Any], kind: Any) -> "pa.Array":
    """Without `pa.array`, which would import pandas first."""
    import pyarrow as pa

    from reports.arrow_columns import named, whole

    if pa.types.is_dictionary(kind):
        unique = list(dict.fromkeys(values))
        codes = {name: code for code, name in enumerate(unique)}
        return named(np.array([codes[value] for value in values], np.int32), unique)
    known = np.array([value is not None for value in values], np.bool_)
    numbers = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
    return whole(numbers, known)


def replicated(schema: "pa.Schema") -> "pa.Schema":
    """A schema with the number of the replication in front."""
    import pyarrow as pa

    return pa.schema([pa.field("replication", pa.int64()), *schema])


def with_replication(table: "pa.Table", replication: int) -> "pa.Table":
    from reports.arrow_columns import whole

    return table.add_column(0, "replication", whole(np.full(len(table), replication, np.int64)))


class _Stored(msgspec.Struct):
    """What a summary says beyond its summaries; decoded by hand, for most runs have neither."""

    thresholds: msgspec.Raw = msgspec.Raw(b"[]")
    experiment: msgspec.Raw = msgspec.Raw(b"null")


def read_findings(directory: Path) -> tuple[Experiment | None, tuple[Judgement, ...]]:
    """What the replications and the thresholds of a stored run said; raises StoreError for a damaged summary."""
    path = directory / SUMMARY
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
        if bytes(stored.experiment) == b"null" and bytes(stored.thresholds) == b"[]":
            return None, ()
        experiment = msgspec.json.decode(stored.experiment, type=Experiment | None)
        return experiment, msgspec.json.decode(stored.thresholds, type=tuple[Judgement, ...])
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path} is damaged: {error}") from None

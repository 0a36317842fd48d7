"""Replications in a stored run: a long table for queries, and the way back from its summary."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from reports.findings import Experiment, Judgement
from reports.manifest import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

REPLICATIONS = "replications.parquet"
SUMMARY = "summary.json"


def write_replications(path: Path, experiment: Experiment) -> None:
    """One row per policy, replication and metric: policy, replication, seed, digest, metric, unit, value."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from reports.arrow_columns import NAME, named, whole
    from scenarios.thresholds import parse_metric

    rows = [(each, metric, value) for each in experiment.replications for metric, value in each.values.items()]
    units = {metric: parse_metric(metric).unit for _, metric, _ in rows}

    def names(values: list[str]) -> pa.DictionaryArray:
        unique = list(dict.fromkeys(values))
        codes = {name: code for code, name in enumerate(unique)}
        return named(np.array([codes[value] for value in values], np.int32), unique)

    known = np.array([value is not None for *_, value in rows], np.bool_)
    columns: dict[str, Any] = {
        "policy": names([each.policy for each, *_ in rows]),
        "replication": whole(np.array([each.replication for each, *_ in rows], np.int64)),
        "seed": whole(np.array([each.seed for each, *_ in rows], np.int64)),
        "digest": names([each.digest for each, *_ in rows]),
        "metric": names([metric for _, metric, _ in rows]),
        "unit": names([units[metric] for _, metric, _ in rows]),
        "value": whole(np.array([0.0 if value is None else value for *_, value in rows], np.float64), known),
    }
    numbers = {"replication": pa.int64(), "seed": pa.int64(), "value": pa.float64()}
    schema = pa.schema([(name, numbers.get(name, NAME)) for name in columns])
    pq.write_table(pa.Table.from_arrays(list(columns.values()), schema=schema), path, compression="zstd")


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

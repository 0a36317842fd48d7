"""What a sweep says, as typed data: its points, and every figure of every policy at each, with intervals."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from reports.findings import Replication
from reports.statistics.intervals import LEVEL, Estimate, of_replications
from scenarios.thresholds import parse_metric
from scenarios.vocabulary import Unit

FORMAT = "windtunnel-sweep"
SCHEMA_VERSION = 1
"""Grows when a key is renamed, removed or changes its meaning; new keys may appear at any time."""


class Swept(msgspec.Struct, frozen=True):
    """A field that is varied; `values` are those that occur, as a scenario file has them, in order."""

    name: str
    path: str
    values: tuple[str, ...]


class Point(msgspec.Struct, frozen=True):
    point: int
    scenario_hash: str
    values: dict[str, str]


class Run(msgspec.Struct, frozen=True):
    """A replication at a point, as a row of the long table has it."""

    run_id: str
    point: int
    replication: Replication


class Cell(msgspec.Struct, frozen=True):
    """One policy at one point; `done` of its replications are there."""

    point: int
    policy: str
    done: int
    estimates: dict[str, Estimate]


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    format: str = FORMAT
    schema_version: int = SCHEMA_VERSION
    windtunnel: str
    code: str  # hash of the sources that computed it
    scenario: str
    seed: int
    settings: tuple[str, ...]
    design: str
    interrupted: bool
    replications: int  # of every policy at every point
    swept: tuple[Swept, ...]
    policies: tuple[str, ...]
    units: dict[str, Unit]  # of every figure
    digest: str  # of all runs: the same for the same sweep, wherever it was computed
    points: tuple[Point, ...]
    cells: tuple[Cell, ...]

    def at(self, point: int) -> dict[str, str]:
        return self.points[point].values


def cells_of(runs: Sequence[Run], policies: Sequence[str], level: float = LEVEL) -> tuple[Cell, ...]:
    """In order of points, then policies; those of which nothing is done are left out."""
    found: dict[tuple[int, str], list[Replication]] = {}
    for run in runs:
        found.setdefault((run.point, run.replication.policy), []).append(run.replication)
    order = {policy: at for at, policy in enumerate(policies)}
    cells = []
    for point, policy in sorted(found, key=lambda key: (key[0], order[key[1]])):
        mine = found[point, policy]
        values: dict[str, list[float]] = {metric: [] for each in mine for metric in each.values}
        for each in mine:
            for metric, value in each.values.items():
                if value is not None:
                    values[metric].append(value)
        estimates = {metric: of_replications(known, level) for metric, known in values.items()}
        cells.append(Cell(point, policy, len(mine), estimates))
    return tuple(cells)


def units_of(runs: Sequence[Run]) -> dict[str, Unit]:
    return {
        metric: parse_metric(metric).unit for metric in dict.fromkeys(m for r in runs for m in r.replication.values)
    }


def digest_of(runs: Sequence[Run]) -> str:
    """Of the digests of all runs, in order of their names: it does not matter who was ready first."""
    found = sha256()
    for run in sorted(runs, key=lambda run: run.run_id):
        found.update(f"{run.run_id} {run.replication.digest}\n".encode())
    return found.hexdigest()


def long_rows(sweep: Sweep, runs: Sequence[Run]) -> list[tuple[str, str, str, int, str, str, float | None]]:
    """(run_id, scenario_hash, policy, replication, metric, unit, value), in order of points."""
    hashes: Mapping[int, str] = {point.point: point.scenario_hash for point in sweep.points}
    return [
        (run.run_id, hashes[run.point], one.policy, one.replication, metric, sweep.units[metric], value)
        for run in runs
        for one in (run.replication,)
        for metric, value in one.values.items()
    ]


def to_json(sweep: Sweep) -> bytes:
    return msgspec.json.format(msgspec.json.encode(sweep), indent=2) + b"\n"

"""What manifests say as rows: one table each for runs, policies, contexts' figures, inputs and thresholds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from reports.manifest import StoreError
from reports.queries.folders import Kept, KeptSweep
from reports.replication_store import read_findings

Kind = Literal["text", "whole", "real", "flag"]
Rows = Iterable[Sequence[Any]]


class Made(NamedTuple):
    """A table that is no file: columns by name, and its rows."""

    columns: dict[str, Kind]
    rows: Sequence[Sequence[Any]]


RUNS: dict[str, Kind] = {
    "run_id": "text", "folder": "text", "scenario": "text", "scenario_hash": "text", "seed": "whole",
    "policies": "whole", "interrupted": "flag", "settings": "text", "windtunnel": "text", "sources": "text",
    "commit": "text", "changed": "flag", "python": "text", "started_at": "text", "wall_s": "real",
}  # fmt: skip
POLICIES: dict[str, Kind] = {
    "run_id": "text", "policy": "text", "allocator": "text", "ordering": "text", "placement": "text", "seed": "whole",
    "digest": "text", "jobs": "whole", "nodes": "whole", "events": "whole", "warm_up_us": "whole",
    "horizon_us": "whole", "end_us": "whole", "wall_s": "real",
}  # fmt: skip
CONTEXTS: dict[str, Kind] = {
    "run_id": "text", "policy": "text", "context": "text", "figures": "text", "about": "text", "figure": "text",
    "unit": "text", "value": "real",
}  # fmt: skip
INPUTS: dict[str, Kind] = {"run_id": "text", "role": "text", "file": "text", "bytes": "whole", "sha256": "text"}
THRESHOLDS: dict[str, Kind] = {
    "run_id": "text", "threshold": "text", "policy": "text", "outcome": "text", "bound": "real", "unit": "text",
    "value": "real", "low": "real", "high": "real", "why": "text",
}  # fmt: skip
MANIFESTS: dict[str, Kind] = {"run_id": "text", "manifest": "text"}


def made(runs: Sequence[Kept]) -> dict[str, Made]:
    """What runs say of themselves: every table that has rows, by name."""
    found = {
        "runs": Made(RUNS, list(map(_run, runs))),
        "policies": Made(POLICIES, list(_policies(runs))),
        "contexts": Made(CONTEXTS, list(_contexts(runs))),
        "inputs": Made(INPUTS, list(_inputs(runs))),
        "thresholds": Made(THRESHOLDS, list(_thresholds(runs))),
        "manifests": Made(MANIFESTS, [(run.identity, msgspec.json.encode(run.manifest).decode()) for run in runs]),
    }
    return {name: table for name, table in found.items() if table.rows}


def _run(run: Kept) -> Sequence[Any]:
    about = run.manifest
    from_where = about.provenance
    code = from_where.code if from_where else None
    return (
        run.identity, run.name, about.scenario.get("name"), about.scenario_hash or None, about.scenario.get("seed"),
        len(about.runs), about.interrupted, " ".join(about.settings), about.windtunnel, code.sources if code else None,
        code.commit if code else None, code.changed if code else None, from_where.python if from_where else None,
        from_where.started_at if from_where else None, from_where.wall_s if from_where else None,
    )  # fmt: skip


def points(sweep: KeptSweep) -> Made:
    """A row per point: what was swept as columns, numbers where all values of a column are numbers."""
    names = [one.name for one in sweep.sweep.swept]
    columns = [[point.values[name] for point in sweep.sweep.points] for name in names]
    read = [_numbers(column) for column in columns]
    kinds: dict[str, Kind] = {"folder": "text", "point": "whole", "scenario_hash": "text"}
    kinds |= {name: kind for name, (kind, _) in zip(names, read, strict=True)}
    values = zip(*(cells for _, cells in read), strict=True) if read else iter([()] * len(sweep.sweep.points))
    rows = [
        (sweep.name, point.point, point.scenario_hash, *cells)
        for point, cells in zip(sweep.sweep.points, values, strict=True)
    ]
    return Made(kinds, rows)


def _numbers(column: Sequence[str]) -> tuple[Kind, Sequence[Any]]:
    kinds: tuple[tuple[Kind, Callable[[str], Any]], ...] = (("whole", int), ("real", float))
    for kind, read in kinds:
        try:
            return kind, [read(value) for value in column]
        except ValueError:
            continue
    return "text", column


def _policies(runs: Sequence[Kept]) -> Rows:
    for run in runs:
        for facts in run.manifest.runs:
            decided = [facts.scheduling.get(name) for name in ("allocator", "ordering", "placement")]
            yield (
                run.identity, facts.policy, *decided, facts.seed, facts.digest, facts.jobs, facts.nodes, facts.events,
                facts.warm_up_us, facts.horizon_us, facts.end_us, facts.wall_s,
            )  # fmt: skip


def _contexts(runs: Sequence[Kept]) -> Rows:
    for run in runs:
        for facts in run.manifest.runs:
            for table in facts.contexts:
                for row in table.rows:
                    cells = list(zip(table.columns, row, strict=True))
                    about = " / ".join(str(value) for (_, unit), value in cells if unit == "text")
                    for (name, unit), value in cells:
                        if unit != "text":
                            yield (run.identity, facts.policy, table.context, table.title, about, name, unit, value)


def _inputs(runs: Sequence[Kept]) -> Rows:
    for run in runs:
        for each in run.manifest.provenance.inputs if run.manifest.provenance else ():
            yield (run.identity, each.role, each.name, each.bytes, each.sha256)


def _thresholds(runs: Sequence[Kept]) -> Iterator[Sequence[Any]]:
    for run in runs:
        try:
            _, judged = read_findings(run.directory)
        except StoreError:
            continue  # whoever asks for figures reads tables
        for each in judged:
            estimate = each.estimate
            yield (
                run.identity, each.threshold, each.policy, each.outcome, each.bound, each.unit, estimate.value,
                estimate.low, estimate.high, each.why,
            )  # fmt: skip

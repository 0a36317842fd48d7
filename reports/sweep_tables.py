"""A sweep as a table for the screen: a line for each policy at each point, figures with their intervals."""

from collections.abc import Sequence

from reports.document import Section, Table
from reports.statistics.intervals import Estimate
from reports.sweep import Sweep
from reports.unit_words import in_unit
from reports.wording import NONE, brief_duration, several
from scenarios.vocabulary import Unit

MOST_ROWS = 40
TOLD = ("mean(wait)", "p95(wait)", "cost")


def told(sweep: Sweep, asked: Sequence[str]) -> list[str]:
    """What is worth a column: what was asked for, else the usual, without money where nothing costs any."""
    if asked:
        return [metric for metric in asked if metric in sweep.units]
    free = all((cell.estimates["cost"].value or 0) == 0 for cell in sweep.cells if "cost" in cell.estimates)
    return [metric for metric in TOLD if metric in sweep.units and not (metric == "cost" and free)]


def sweep_section(sweep: Sweep, asked: Sequence[str]) -> Section:
    metrics = told(sweep, asked)
    names = [one.name for one in sweep.swept]
    alone = len(sweep.policies) == 1
    columns = (*names, *(() if alone else ("policy",)), *metrics)
    rows = []
    for cell in sweep.cells[:MOST_ROWS]:
        values = sweep.at(cell.point)
        figures = [with_interval(cell.estimates.get(metric), sweep.units[metric]) for metric in metrics]
        rows.append((*(values[name] for name in names), *(() if alone else (cell.policy,)), *figures))
    left = len(sweep.cells) - len(rows)
    note = f"± is half of the 95 % interval over {several(sweep.replications, 'replication')} (Student t); every point "
    note += "and policy has the same random numbers."
    if sweep.replications < 2:
        note = "One replication shows no spread: --replications 10 gives intervals."
    if left:
        note += f" … {left:,} more lines: --out or --csv has them all."
    table = Table("", columns, tuple(rows), names=len(columns) - len(metrics), note=note)
    return Section("sweep", "Sweep", "", (table,))


def with_interval(estimate: Estimate | None, unit: Unit) -> str:
    """`31m ± 40s`, `$12.30`: as short as makes sense, for there are many beside each other."""
    if estimate is None or estimate.value is None:
        return NONE
    half = estimate.half_width
    value = _brief(estimate.value, unit)
    return f"{value} ± {_brief(half, unit)}" if half else value


def _brief(value: float, unit: Unit) -> str:
    return brief_duration(round(value)) if unit == "us" else in_unit(value, unit).replace(" %", "%")


def opening(sweep: Sweep, stored: int, computed: int) -> str:
    """What was swept, in a line."""
    points = several(len(sweep.points), "point")
    policies = several(len(sweep.policies), "policy", "policies")
    was = f", {stored:,} of them stored already" if stored else ""
    runs = several(stored + computed, "run")
    return f"{points} ({sweep.design}), {policies}, {several(sweep.replications, 'replication')}: {runs}{was}"

"""What `sweep` does: every point is validated before the first runs, then all are measured, and put together."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from reports.json_view import windtunnel_version
from reports.sweep import Point, Run, Sweep, Swept, cells_of, digest_of, units_of
from scenarios.designs import Design, points
from scenarios.loader import load_scenario, load_variants, resolve_policies
from scenarios.problems import Problem, ScenarioError, dotted
from scenarios.variations import Axis, parse_axes, places_of, policies_of
from windtunnel.choosing import choose_policies
from windtunnel.counting import counting
from windtunnel.identity import scenario_hash
from windtunnel.measurer import Measurer

if TYPE_CHECKING:
    from scenarios.spec import Scenario
    from windtunnel.measuring import Task

MOST_TOLD = 20
"""Complaints about points: of a thousand that are wrong, the first will do."""


class Laid(NamedTuple):
    """A sweep before it runs: all of its points are valid."""

    scenario: "Scenario"
    settings: tuple[str, ...]
    design: Design
    axes: tuple[Axis, ...]
    policies: tuple[str, ...]
    replications: int
    values: tuple[tuple[str, ...], ...]
    scenarios: "tuple[Scenario, ...]"
    hashes: tuple[str, ...]


def lay_out(
    source: str,
    texts: Sequence[str],
    *,
    settings: Sequence[str] = (),
    trace: str | None = None,
    wanted: Sequence[str] = (),
    design: Design = "grid",
    number: int | None = None,
    replications: int = 1,
) -> Laid:
    """Raises ScenarioError with all that is wrong, before anything runs."""
    base = load_scenario(source, settings, trace)
    names = choose_policies(wanted, resolve_policies(base))
    asked, axes = policies_of(parse_axes(texts, base), names)
    values = points(design, axes, number, base.seed)
    changes = [[axis.setting(value) for axis, value in zip(axes, row, strict=True)] for row in values]
    found = list(load_variants(source, settings, trace, changes))
    problems = [problem for one in found if isinstance(one, ScenarioError) for problem in one.problems]
    if problems:
        raise ScenarioError(_first(list(dict.fromkeys(problems))))
    scenarios = tuple(one for one in found if not isinstance(one, ScenarioError))
    hashes = tuple(map(scenario_hash, scenarios))
    return Laid(base, tuple(settings), design, axes, tuple(asked), replications, tuple(values), scenarios, hashes)


def _first(problems: list[Problem]) -> list[Problem]:
    left = len(problems) - MOST_TOLD
    more = [Problem("--set", 0, (), f"{left:,} more complaints of this kind", "only points that are valid")]
    return problems[:MOST_TOLD] + (more if left > 0 else [])


class Outcome(NamedTuple):
    """What came out, and how much of it was there before."""

    sweep: Sweep
    runs: tuple[Run, ...]
    stored: int
    computed: int


def carry_out(laid: Laid, measurer: Measurer, quiet: bool) -> Outcome:
    """Measure what is not stored yet; an interrupt ends it with what is finished."""
    tasks = [
        (at, measurer.task(scenario, policy, replication, laid.hashes[at]))
        for at, scenario in enumerate(laid.scenarios)
        for policy in laid.policies
        for replication in range(laid.replications)
    ]
    stored = sum(measurer.has(task) for _, task in tasks)
    if stored and not quiet:
        click.echo(f"{stored:,} of {len(tasks):,} runs are stored already", err=True)
    elif measurer.known and not quiet:
        click.echo("what is stored is of other points, seeds or code: none of it is of use here", err=True)
    interrupted = False
    with counting("sweep", quiet) as count:
        try:
            measurer.measure([task for _, task in tasks], count)
        except KeyboardInterrupt:
            interrupted = True
    runs = tuple(_run(measurer, at, task) for at, task in tasks if measurer.has(task))
    return Outcome(put_together(laid, runs, interrupted, measurer.code), runs, stored, measurer.computed)


def _run(measurer: Measurer, at: int, task: "Task") -> Run:
    return Run(task.run_id, at, measurer.found(task))


def put_together(laid: Laid, runs: Sequence[Run], interrupted: bool, code: str) -> Sweep:
    columns = [list(dict.fromkeys(column)) for column in zip(*laid.values, strict=True)]
    return Sweep(
        windtunnel=windtunnel_version(),
        code=code,
        scenario=laid.scenario.name,
        seed=laid.scenario.seed,
        settings=laid.settings,
        design=laid.design,
        interrupted=interrupted,
        replications=laid.replications,
        swept=tuple(
            Swept(axis.name, dotted(axis.path), tuple(values)) for axis, values in zip(laid.axes, columns, strict=False)
        ),
        policies=laid.policies,
        units=units_of(runs),
        digest=digest_of(runs),
        points=tuple(
            Point(at, laid.hashes[at], {axis.name: value for axis, value in zip(laid.axes, row, strict=True)})
            for at, row in enumerate(laid.values)
        ),
        cells=cells_of(runs, laid.policies),
    )


def picture_of(sweep: Sweep, metric: str) -> str:
    """As SVG, "" where there is nothing to draw."""
    from reports.plots_sweep import picture

    columns = [places_of([point.values[one.name] for point in sweep.points]) for one in sweep.swept]
    return picture(sweep, metric, list(zip(*columns, strict=True)) if columns else [])


def check_folder(directory: Path) -> None:
    """Raise StoreError for a folder that holds something else than a sweep."""
    from reports.finished_runs import NAME
    from reports.manifest import StoreError

    if directory.exists() and not directory.is_dir():
        raise StoreError(f"{directory} is a file: name a folder")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / NAME).exists():
        raise StoreError(f"{directory} holds something else than a sweep: choose another --out")

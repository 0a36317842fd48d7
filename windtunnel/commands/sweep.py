"""`windtunnel sweep`: a scenario at many points, each with replications, none of which is computed twice."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from windtunnel.exits import INTERRUPTED, OK, BadInput
from windtunnel.experiment_options import MOST_REPLICATIONS, computing_options


@click.command(short_help="Run a scenario at many points.")
@click.argument("scenario")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUES",
    help="Vary a field over a,b,c or a..b (repeatable); with one value, change it.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "lhs", "sobol"]),
    default="grid",
    show_default=True,
    help="Which points: every combination, a Latin hypercube, or a Sobol sequence.",
)
@click.option(
    "--points",
    "number",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="How many points; of a grid, how many values of each range a..b.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, MOST_REPLICATIONS),
    default=5,
    show_default=True,
    metavar="R",
    help="Runs of every policy at every point, on random numbers that all share.",
)
@click.option("--policy", "policies", multiple=True, metavar="NAME", help="Only this policy (repeatable).")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="METRIC",
    help="What to show, e.g. 'p99(wait{tenant=web})' (repeatable); the first is drawn.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Another seed than the scenario's.")
@computing_options
@click.option("--json", "json_file", metavar="FILE", help="Write the sweep as JSON; `-` is stdout, and nothing else.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the long table: a line for each run and metric.")
@click.option("--svg", "svg_file", metavar="FILE", help="Draw the first metric against what is varied.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and nothing on the screen.")
def sweep(
    scenario: str,
    settings: tuple[str, ...],
    design: Any,
    number: int | None,
    replications: int,
    policies: tuple[str, ...],
    metrics: tuple[str, ...],
    seed: int | None,
    trace: str | None,
    plugins: tuple[str, ...],
    jobs: int | None,
    executor: str,
    address: str | None,
    out: str | None,
    json_file: str | None,
    csv_file: str | None,
    svg_file: str | None,
    quiet: bool,
) -> int:
    """Run SCENARIO at every point of a design over its fields.

    \b
    windtunnel sweep quickstart --set nodes.linux.count=60,72,90 --replications 10 --out out/sizes
    windtunnel sweep quickstart --set linux.nodes=40..120 --set pushes.rate=8/h..20/h --design sobol --points 32
    windtunnel sweep quickstart --set policy=fair,first-come --set linux.nodes=60,90 --executor dask --address tcp://…

    A PATH is a field of the scenario, or the end of one where only one ends so; nodes.POOL.count is the size of a pool.
    """
    from reports.replications import STANDARD
    from reports.sweep import long_rows, to_json
    from reports.sweep_store import LONG, to_csv, write_sweep
    from scenarios.thresholds import parse_metric
    from windtunnel.executing import executor_of
    from windtunnel.measurer import Measurer
    from windtunnel.measuring import plug_in_here
    from windtunnel.outputs import STDOUT, check_writable, write
    from windtunnel.sweeping import carry_out, check_folder, lay_out, picture_of

    plugged = plug_in_here(plugins)
    asked = [parse_metric(text) for text in metrics]
    if seed is not None:
        settings = (*settings, f"seed={seed}")
    fixed, varied = _split(settings)
    laid = lay_out(
        scenario, varied, settings=fixed, trace=trace, wanted=policies, design=design, number=number,
        replications=replications,
    )  # fmt: skip
    check_writable(json_file, csv_file, svg_file)
    chosen = executor_of(executor, address, jobs)
    with ExitStack() as stack:
        store = None
        if out:
            from reports.finished_runs import FinishedRuns

            check_folder(Path(out))
            store = stack.enter_context(FinishedRuns(Path(out)))
        stack.enter_context(chosen)
        measured = tuple(dict.fromkeys((*STANDARD, *(metric.measured for metric in asked))))
        found = carry_out(laid, Measurer(chosen, measured, store, plugged), quiet)
        shown = [str(metric.measured) for metric in asked]
        picture = ""
        if out or svg_file:
            picture = picture_of(found.sweep, (shown or ["p95(wait)"])[0])
        if out:
            write_sweep(Path(out), found.sweep, found.runs, picture)
    if svg_file and picture:
        write(svg_file, picture.encode())
    if csv_file:
        write(csv_file, to_csv(LONG, long_rows(found.sweep, found.runs)))
    if json_file:
        write(json_file, to_json(found.sweep))
    if not quiet and STDOUT not in (json_file, csv_file, svg_file):
        from windtunnel.sweep_screen import show

        show(found, shown)
    if found.sweep.interrupted:
        of = len(laid.scenarios) * len(laid.policies) * laid.replications
        kept = f"the same command goes on from there ({out})" if out else "nothing is kept without --out"
        click.echo(f"Interrupted: {len(found.runs):,} of {of:,} runs finished; {kept}.", err=True)
        return INTERRUPTED
    return OK


def _split(settings: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Settings with one value, which hold everywhere, and those that are varied."""
    from scenarios.settings import path_of
    from scenarios.variations import POLICY, split

    fixed: list[str] = []
    varied: list[str] = []
    for setting in settings:
        parts, at = path_of(setting)
        several = len(split(setting[at:])) > 1 or ".." in setting[at:] or parts == (POLICY,)
        (varied if several else fixed).append(setting)
    if not varied:
        raise BadInput("nothing is varied: --set nodes.linux.count=10,20,40, or a range 10..40")
    return fixed, varied

"""`windtunnel run`: simulate a scenario under its policies, show the answer, keep it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windtunnel.exits import INTERRUPTED
from windtunnel.experiment_options import Asked, experiment_options

if TYPE_CHECKING:
    from reports.figures import Summary
    from reports.store import RunStore
    from scenarios.spec import Scenario
    from sim.results import RunResult


@click.command(short_help="Simulate a scenario under its policies.")
@click.argument("scenario")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Another seed than the scenario's.")
@click.option("--policy", "policies", multiple=True, metavar="NAME", help="Only this policy (repeatable).")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Change a field (repeatable).")
@click.option("--trace", metavar="FILE", help="The recorded trace to replay.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable).")
@experiment_options
@click.option("--warm-up", metavar="DURATION|auto", help="Leave out the beginning; auto: as long as it moves (MSER-5).")
@click.option("--keep-all", is_flag=True, help="With --out: keep the jobs of every replication.")
@click.option("--out", metavar="DIR", help="Keep the run: manifest, jobs, nodes, events, report.")
@click.option("--force", is_flag=True, help="With --out: replace an earlier run.")
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON; `-` is stdout, and nothing else.")
@click.option("--html", "html_file", metavar="FILE", help="Write the report as one HTML file; `-` is stdout.")
@click.option("--check", is_flag=True, help="Watch every event for broken promises (slower).")
@click.option("--no-events", is_flag=True, help="With --out: leave out the table of events.")
@click.option("--contexts", is_flag=True, help="Show the figures of every context too.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no report on the screen.")
def run(
    scenario: str,
    seed: int | None,
    policies: tuple[str, ...],
    settings: tuple[str, ...],
    trace: str | None,
    plugins: tuple[str, ...],
    out: str | None,
    force: bool,
    json_file: str | None,
    html_file: str | None,
    check: bool,
    no_events: bool,
    contexts: bool,
    quiet: bool,
    warm_up: str | None,
    keep_all: bool,
    **options: Any,
) -> int:
    """Simulate SCENARIO, a file or a name from `windtunnel list`, under each of its policies.

    \b
    windtunnel run quickstart --out out/quickstart
    windtunnel run firefox-ci --trace test-linux-large.dat
    windtunnel run fleet.yaml --set fleet.providers.aws.max_nodes=40 --policy sjf
    windtunnel run quickstart --replications 10 --threshold 'p95(wait) < 1h'
    """
    from reports.circumstances import Circumstances
    from scenarios.loader import load_scenario, resolve_policies
    from windtunnel.choosing import choose_policies
    from windtunnel.outputs import check_writable
    from windtunnel.trial import Trial

    if plugins:
        from scenarios.plugins import plug_in

        for plugin in plugins:
            plug_in(plugin)
        options["jobs"] = 1  # other processes know nothing of a plugin
    asked = Asked(**options)
    asked.check()
    if seed is not None:
        settings = (*settings, f"seed={seed}")
    if warm_up not in (None, "auto"):
        settings = (*settings, f"warm_up={warm_up}")
    loaded = load_scenario(scenario, settings, trace)
    changes = settings if trace is None else (*settings, f"workload.trace.file={trace}")
    names = choose_policies(policies, resolve_policies(loaded))
    trial = Trial(loaded, names, asked, check)
    check_writable(json_file, html_file, asked.junit_file)
    if warm_up == "auto":
        loaded, setting = trial.find_warm_up(quiet)
        changes = (*changes, setting)

    results: list[RunResult] = []
    summaries: list[Summary] = []
    interrupted = False
    try:
        with _store(loaded, scenario, changes, out, force, plugins) as store:

            def simulate() -> None:
                for result, summary in _simulate(loaded, names, check, store, not no_events, quiet):
                    results.append(result)
                    summaries.append(summary)
                    trial.observe(result, summary)

            trial.carry_out(simulate, store, keep_all, quiet)
    except KeyboardInterrupt:
        interrupted = True
        click.echo(f"Interrupted: {len(results)} of {len(names)} policies finished{trial.counted()}.", err=True)

    if results:
        from windtunnel.showing import show

        about = Circumstances(interrupted, changes, *trial.findings())
        show(results, summaries, json_file=json_file, html_file=html_file, about=about, quiet=quiet, contexts=contexts)
        trial.write_junit(loaded.name)
    return INTERRUPTED if interrupted else trial.exit_code()


@contextmanager
def _store(
    scenario: "Scenario", source: str, settings: Sequence[str], out: str | None, force: bool, plugins: Sequence[str]
) -> Iterator["RunStore | None"]:
    if out is None:
        yield None
    else:
        from reports.store import RunStore

        directory = Path(out).resolve() if Path(out).is_symlink() else Path(out)
        as_run = scenario.model_dump(mode="json", exclude_none=True)
        path = _path(source)
        text = path.read_text(encoding="utf-8-sig")
        inputs = [("scenario", path), *(("plugin", Path(plugin)) for plugin in plugins)]
        command = click.get_current_context().obj or ()
        with RunStore(
            directory,
            scenario=as_run,
            scenario_text=text,
            settings=settings,
            force=force,
            command=command,
            inputs=inputs,
        ) as store:
            yield store


def _path(source: str) -> Path:
    """Where the scenario is, as `load_scenario` has just found it."""
    from scenarios import catalogue

    return catalogue.FOLDER / f"{source}.yaml" if source in catalogue.names() else Path(source)


def _simulate(
    scenario: "Scenario", names: Sequence[str], check: bool, store: "RunStore | None", events: bool, quiet: bool
) -> Iterator[tuple["RunResult", "Summary"]]:
    """Each policy's result, kept in `store` before it is handed on."""
    from reports.summary import summarise
    from sim.run import simulate
    from windtunnel.progress import progress

    with progress(names, quiet) as begin:
        for name in names:
            sink = store.event_sink(name) if store and events else None
            result = simulate(scenario, name, check=check, on_progress=begin(name), event_sink=sink)
            summary = summarise(result)
            if store:
                store.add(result, summary)
            yield result, summary

"""`windtunnel explain`: why a job waited and where it went."""

from pathlib import Path

import click

from windtunnel.exits import BadInput

MOST = 3
"""Of the jobs that a pattern matches so many are explained, unless told otherwise."""


@click.command(short_help="Tell why a job waited and where it went.")
@click.argument("run")
@click.option("--job", "jobs", multiple=True, metavar="ID|NAME",
              help="A job by its number, its label, or tenant/pipeline/label with * and ? (repeatable).")  # fmt: skip
@click.option("--slowest", type=click.IntRange(min=1), metavar="N", help="The N that waited longest (of --job).")
@click.option("--policy", metavar="NAME", help="Which policy; not needed where there is only one.")
@click.option("--looks", type=click.IntRange(0, 1000), default=4, show_default=True,
              help="How often to look at the fleet while it waited.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Of a scenario: another seed than its own.")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Of a scenario: change a field.")
@click.option("--trace", metavar="FILE", help="Of a scenario: the recorded trace to replay.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable).")
@click.option("--json", "json_file", metavar="FILE", help="Write it as JSON; `-` is stdout, and nothing else.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def explain(
    run: str, jobs: tuple[str, ...], slowest: int | None, policy: str | None, looks: int, seed: int | None,
    settings: tuple[str, ...], trace: str | None, plugins: tuple[str, ...], json_file: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Tell why jobs of RUN waited and where they went.

    RUN is a folder that `windtunnel run --out` kept, or a scenario, which is run first. Either way the run is run
    again with somebody looking on, and must have the same events.

    \b
    windtunnel explain out/quickstart --policy drf --job 17
    windtunnel explain quickstart --policy drf --slowest 5
    windtunnel explain out/quickstart --policy drf --job 'web/*/test' --json -
    """
    from windtunnel.explaining.again import run_again, told_of
    from windtunnel.explaining.selection import choose_jobs
    from windtunnel.explaining.source import kept_run, scenario_run
    from windtunnel.outputs import STDOUT, check_writable, write
    from windtunnel.progress import progress

    if not jobs and slowest is None:
        raise BadInput("which job: name it with --job, or ask for those that waited longest with --slowest")
    check_writable(json_file)
    if plugins:
        from scenarios.plugins import plug_in

        for plugin in plugins:
            plug_in(plugin)
    if Path(run).is_dir():
        if seed is not None or settings or trace is not None:
            raise BadInput(f"{run} is a kept run: --seed, --set and --trace are for scenarios")
        source = kept_run(Path(run), policy)
    else:
        source = scenario_run(run, policy, seed, settings, trace, quiet)
    result = source.result
    rows, more = choose_jobs(result, jobs, slowest, MOST)
    title = f"{result.policy} again"
    with progress([title], quiet) as begin:
        found = run_again(source, rows, looks, begin(title))
    told = told_of(result, found)
    if json_file:
        import msgspec

        write(json_file, msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
    if json_file != STDOUT:
        from windtunnel.explaining.printing import show
        from windtunnel.screen import Screen

        show(told, Screen())
        if more and slowest is None:
            click.echo(f"\n{more:,} more match: ask for more with --slowest N.")

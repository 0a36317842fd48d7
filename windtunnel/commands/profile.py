"""`windtunnel profile`: where the time and the memory of a run go, on this machine."""

from pathlib import Path

import click

from windtunnel.exits import INTERRUPTED, OK, BadInput


@click.command(short_help="Tell where the time and memory of a run go.")
@click.argument("scenario")
@click.option("--policy", metavar="NAME", help="Which policy; the first one without it.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Another seed than the scenario's.")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Change a field (repeatable).")
@click.option("--trace", metavar="FILE", help="The recorded trace to replay.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable).")
@click.option("--seconds", type=click.FloatRange(0.01, 3600), default=5.0, show_default=True,
              help="How long to time it and to sample it, in whole runs.")  # fmt: skip
@click.option(
    "--functions/--no-functions", default=True, show_default=True, help="Count every call, some times slower."
)
@click.option("--memory/--no-memory", default=True, show_default=True, help="Trace all memory, some times slower.")
@click.option("--top", type=click.IntRange(1, 100), default=15, show_default=True, help="So many rows per table.")
@click.option("--out", metavar="DIR", help="Keep it: profile.json, flame.html, speedscope.json, calls.pstats.")
@click.option("--force", is_flag=True, help="With --out: replace an earlier profile.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def profile(
    scenario: str, policy: str | None, seed: int | None, settings: tuple[str, ...], trace: str | None,
    plugins: tuple[str, ...], seconds: float, functions: bool, memory: bool, top: int, out: str | None, force: bool,
    as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Run SCENARIO several times and tell where its time and memory go: layers, functions, lines, and the work done.

    Every run must have the same events. Times are of this machine and lean on what else it does.

    \b
    windtunnel profile quickstart --policy fair
    windtunnel profile quickstart --out out/profile      # then open flame.html
    """
    from scenarios.loader import load_scenario, resolve_policies
    from windtunnel.choosing import choose_policies
    from windtunnel.profiling.keeping import check_folder, keep
    from windtunnel.profiling.measuring import Profiler

    if force and not out:
        raise BadInput("--force is about the folder of --out: name one")
    if out:
        check_folder(Path(out), force)
    if plugins:
        from scenarios.plugins import plug_in

        for plugin in plugins:
            plug_in(plugin)
    loaded = load_scenario(scenario, settings if seed is None else (*settings, f"seed={seed}"), trace)
    names = choose_policies([policy] if policy else [], resolve_policies(loaded))
    measured = Profiler(loaded, names[0], seconds, functions, memory, quiet).measure()
    found = keep(measured, Path(out), force) if out else measured.profile
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        from windtunnel.profiling.printing import show, told_files
        from windtunnel.screen import Screen

        show(found, Screen(), top)
        if out:
            click.echo(f"\n{told_files(found, Path(out))}")
    if found.interrupted:
        click.echo("Interrupted: this is what had been finished.", err=True)
    return INTERRUPTED if found.interrupted else OK

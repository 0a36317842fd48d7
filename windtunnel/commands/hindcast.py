"""`windtunnel hindcast`: does a replay give the recorded waits?"""

import click

from windtunnel.exits import INTERRUPTED, OK, BadInput
from windtunnel.trace_options import layout_of, recording_of, trace_options


@click.command(short_help="Replay a recording and compare with its waits.")
@click.argument("source", metavar="SCENARIO|TRACE")
@trace_options
@click.option("--trace", metavar="FILE", help="The recorded trace of a SCENARIO.")
@click.option(
    "--fleet",
    multiple=True,
    metavar="[QUEUE=]N",
    help="Workers of a TRACE's queue, or of all; or peak (as many as ran at once), best, by-day.  [default: peak]",
)
@click.option(
    "--by",
    type=click.Choice(("queue", "label", "all")),
    help="Which jobs share workers.  [default: queue, where recorded]",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    help="An ordering or allocator, or a policy of the SCENARIO (repeatable).",
)
@click.option("--all", "all_rows", is_flag=True, help="Every queue, and why it is not explained.")
@click.option("--html", "html_file", metavar="FILE", help="Write tables and pictures as one HTML file.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def hindcast(
    source: str, form: str | None, times: str | None, duration_unit: str | None, trace: str | None,
    fleet: tuple[str, ...], by: str | None, policies: tuple[str, ...], all_rows: bool, html_file: str | None,
    as_json: bool, quiet: bool, **columns: str | None,
) -> int:  # fmt: skip
    """Replay a recording on its fleet under several policies, and compare simulated with recorded waits.

    A TRACE is replayed queue by queue, each with workers that take one job at a time. A SCENARIO with a recorded
    workload is run with its own fleet and policies.

    \b
    windtunnel hindcast jobs.csv --fleet gpu=24 --fleet cpu=100
    windtunnel hindcast pages/ --fleet best --html hindcast.html
    windtunnel hindcast ours.yaml --trace jobs.csv
    """
    from windtunnel.hindcasting import fleet_of, is_scenario, of_scenario, of_trace
    from windtunnel.outputs import STDOUT, check_writable, write

    check_writable(html_file)
    if as_json and html_file == STDOUT:
        raise BadInput("--json goes to stdout: name a file for --html")
    layout = layout_of(source, form, times, duration_unit, columns)
    if is_scenario(source):
        if fleet or layout is not None:
            raise BadInput(
                "a scenario has its own fleet and knows its trace: leave out --fleet and the options of traces"
            )
        found = of_scenario(source, trace, by, policies, quiet)
    else:
        if trace:
            raise BadInput("--trace: only with a scenario; a recording is named first")
        workers, chosen = fleet_of(fleet), _chosen(policies)
        recording, name = recording_of(source, layout)
        found = of_trace(recording, name, by, workers, chosen or _usual(len(recording.tenants)), quiet)
    if html_file:
        from reports.hindcasting.page import hindcast_page
        from reports.html import to_html

        write(html_file, to_html(hindcast_page(found)).encode())
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    elif html_file != STDOUT:
        from reports.hindcasting.screen import render_hindcast
        from windtunnel.screen import Screen

        render_hindcast(found, Screen(), all_rows)
    return INTERRUPTED if found.interrupted else OK


def _chosen(policies: tuple[str, ...]) -> tuple[str, ...]:
    from reports.hindcasting.replaying import known_policies
    from scenarios.problems import choices

    for name in policies:
        if name not in known_policies():
            raise BadInput(f"--policy {name}: an ordering or an allocator: {choices(name, known_policies())}")
    return tuple(dict.fromkeys(policies))


def _usual(tenants: int) -> tuple[str, ...]:
    from reports.hindcasting.replaying import FAIR, USUAL

    return (*USUAL, *FAIR) if tenants > 1 else USUAL

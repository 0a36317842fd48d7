"""`windtunnel stats`: what a recorded trace holds."""

from pathlib import Path

import click

from windtunnel.trace_options import layout_of, trace_options


@click.command(short_help="Describe a recorded trace.")
@click.argument("file")
@trace_options
@click.option("--all", "all_rows", is_flag=True, help="Every label, queue and day.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout, with every label and day.")
def stats(
    file: str,
    form: str | None,
    times: str | None,
    duration_unit: str | None,
    all_rows: bool,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Describe the recorded trace FILE, or a folder of JSON pages: what could be read, how bursty it is, how long jobs
    run and wait.

    A COLUMN is a name in the header, or a number from 0. The options are the fields of `workload.trace` in a scenario,
    and are not needed for a format that is recognised.

    \b
    windtunnel stats test-linux-large.dat
    windtunnel stats jobs.csv --times iso8601 \\
        --queued created_at --started started_at --finished completed_at
    """
    from reports.trace_stats import file_statistics

    found = file_statistics(Path(file), layout_of(file, form, times, duration_unit, columns))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        from reports.trace_terminal import render_stats
        from windtunnel.screen import Screen

        render_stats(found, Screen(), all_rows)

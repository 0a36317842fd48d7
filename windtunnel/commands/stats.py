"""`windtunnel stats`: what a recorded trace holds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from scenarios.traces.formats import Layout

FORMATS = ("firefox-dat", "bitcoin-core-ci", "swf", "csv", "json", "table")
TIMES = ("epoch_s", "epoch_ms", "iso8601")
BY_SUFFIX = {".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
UNITS = ("us", "ms", "s", "min", "h")


@click.command(short_help="Describe a recorded trace.")
@click.argument("file")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How it is written; known formats are recognised.")
@click.option("--queued", metavar="COLUMN", help="When a job became ready to run.")
@click.option("--started", metavar="COLUMN", help="When it began to run.")
@click.option("--finished", metavar="COLUMN", help="When it ended.")
@click.option("--duration", metavar="COLUMN", help="How long it ran, where `finished` does not say.")
@click.option("--label", metavar="COLUMN", help="What kind of job it was.")
@click.option("--tenant", metavar="COLUMN", help="Whose it was.")
@click.option("--pipeline", metavar="COLUMN", help="The pipeline or run that it belonged to.")
@click.option("--outcome", metavar="COLUMN", help="How it ended.")
@click.option("--times", type=click.Choice(TIMES), help="How moments are written.")
@click.option("--duration-unit", type=click.Choice(UNITS), help="The unit of --duration.")
@click.option("--all", "all_rows", is_flag=True, help="Every label and every day.")
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
    """Describe the recorded trace FILE: what could be read, how bursty it is, how long jobs run and wait.

    A COLUMN is a name in the header, or a number from 0. The options are the fields of `workload.trace` in a scenario,
    and are not needed for a format that is recognised.

    \b
    windtunnel stats test-linux-large.dat
    windtunnel stats jobs.csv --times iso8601 \\
        --queued created_at --started started_at --finished completed_at
    """
    from reports.trace_stats import file_statistics

    given = {field: int(column) if column.isdigit() else column for field, column in columns.items() if column}
    found = file_statistics(Path(file), _layout(file, form, given, times, duration_unit))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        from reports.trace_terminal import render_stats
        from windtunnel.screen import Screen

        render_stats(found, Screen(), all_rows)


def _layout(
    file: str, form: str | None, columns: dict[str, str | int], times: str | None, duration_unit: str | None
) -> "Layout | None":
    """What the options say about the file; None when they say nothing, and looking at it must do."""
    from scenarios.traces.formats import PRESETS, Layout

    mapping = bool(columns or times or duration_unit)
    if form in PRESETS:
        if mapping:
            raise BadInput(f"--format {form} knows its columns: leave out the options that name columns and units")
        return PRESETS[form]
    if form is None and not mapping:
        return None
    suffix = Path(file.removesuffix(".gz")).suffix
    return Layout(form or BY_SUFFIX.get(suffix, "table"), columns, times, duration_unit)

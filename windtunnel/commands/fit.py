"""`windtunnel fit`: from a recorded trace to a workload model, and how well it fits."""

from pathlib import Path

import click

from windtunnel.exits import BadInput
from windtunnel.trace_options import layout_of, recording_of, trace_options

ASSUMED = (
    "Not in the trace, and assumed: a job takes one CPU and a node has one; so many nodes that they are busy for seven "
    "tenths of the time. Put in what you have."
)


@click.command(short_help="Fit a workload model to a recorded trace.")
@click.argument("trace")
@trace_options
@click.option(
    "--by", type=click.Choice(("label", "queue")), default="label", show_default=True, help="What makes jobs of a kind."
)
@click.option(
    "--kinds",
    type=click.IntRange(1, 200),
    default=12,
    show_default=True,
    help="So many of their own, by their work; all others are one.",
)
@click.option(
    "--profile",
    type=click.Choice(("auto", "flat", "day", "week")),
    default="auto",
    show_default=True,
    help="How the rate may move.",
)
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Of the hours, e.g. Europe/Berlin.")
@click.option(
    "--gap",
    default="2s",
    show_default=True,
    metavar="DURATION",
    help="Jobs of one push have no longer gap between them.",
)
@click.option(
    "--samples",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    help="Samples of the fit that the recording is compared with.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Of the samples.")
@click.option("--out", metavar="FILE", help="Write a scenario for `windtunnel run`; `-` is stdout.")
@click.option("--force", is_flag=True, help="With --out: replace a file that is there.")
@click.option("--html", "html_file", metavar="FILE", help="Write tables and pictures as one HTML file.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def fit(
    trace: str, form: str | None, times: str | None, duration_unit: str | None, by: str, kinds: int, profile: str,
    timezone: str, gap: str, samples: int, seed: int, out: str | None, force: bool, html_file: str | None,
    as_json: bool, **columns: str | None,
) -> None:  # fmt: skip
    """Fit a workload model to TRACE: when pushes come, how many jobs they have, of what kinds, how long they run.

    What is fitted is shown beside the recording, and so is what samples of the model give back.

    \b
    windtunnel fit jobs.csv --out like-ours.yaml
    windtunnel run like-ours.yaml
    windtunnel fit pages/ --by queue --timezone Europe/Berlin --html fit.html
    """
    from reports.fitting.model import fit_recording
    from reports.fitting.sampling import compare
    from reports.fitting.scenario import scenario_of
    from reports.wording import several
    from windtunnel.outputs import STDOUT, check_new, check_writable, write

    check_new(out, force)
    check_writable(html_file)
    if as_json and STDOUT in (out, html_file):
        raise BadInput("--json goes to stdout: name a file for the other one")
    gap_us = _gap(gap)
    _check_zone(timezone)
    recording, name = recording_of(trace, layout_of(trace, form, times, duration_unit, columns))
    if by == "queue" and recording.queue is None:
        raise BadInput(f"--by queue: {trace} does not say what runners jobs asked for")
    if not int(recording.queued_us[-1]):
        raise BadInput(f"{trace}: all jobs arrive at the same moment, so there is no rate to fit")
    found = fit_recording(
        recording, name, by=by, kinds=kinds, profile=profile, timezone=timezone, gap_us=gap_us
    )  # fmt: skip
    scenario = scenario_of(found, _name(trace), seed)
    if samples:
        found = compare(found, recording, scenario, gap_us, samples, seed)
    reading = recording.reading
    refused = tuple(f"{several(one.count, 'row')} not used: {one.reason}" for one in reading.refused)
    notes = (*refused, *reading.notes)
    if out:
        from scenarios.imports.writing import check, to_yaml

        text = to_yaml(scenario, _comments(found, notes))
        check(text, out)
        write(out, text.encode())
    if html_file:
        from reports.fitting.page import fit_page
        from reports.html import to_html

        write(html_file, to_html(fit_page(found, notes)).encode())
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    elif STDOUT not in (out, html_file):
        from reports.fitting.screen import render_fit
        from windtunnel.screen import Screen

        render_fit(found, Screen(), notes)


def _gap(text: str) -> int:
    from scenarios.quantities import DURATION, QuantityError

    try:
        return int(DURATION.parse(text))
    except QuantityError as error:
        raise BadInput(f"--gap {text}: {error}") from None


def _check_zone(timezone: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(timezone)
    except (KeyError, OSError, ValueError):
        allowed = "one of the IANA names, such as UTC or Europe/Berlin"
        raise BadInput(f"--timezone {timezone}: no such zone; {allowed}") from None


def _name(trace: str) -> str:
    import re

    return "like-" + (re.sub(r"[^A-Za-z0-9._-]+", "-", Path(trace).name.split(".")[0]).strip("-.") or "trace")[:60]


def _comments(found: "object", notes: tuple[str, ...]) -> list[str]:
    from reports.fitting.figures import Fit
    from reports.fitting.rows import arrivals_words, batch_words, verdict

    assert isinstance(found, Fit)
    return [
        f"Fitted by windtunnel to {Path(found.path).name} ({found.format}): {found.used:,} of {found.rows:,} rows.",
        f"Arrivals: {arrivals_words(found.arrivals)}.",
        f"Jobs per push: {batch_words(found.batch)}.",
        f"Samples: {verdict(found)}.",
        ASSUMED,
        *found.remarks,
        *(f"the trace: {note}" for note in notes),
    ]

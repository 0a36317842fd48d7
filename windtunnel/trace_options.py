"""The options that say how a recorded trace is written, for every command that reads one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from scenarios.traces.formats import Layout
    from scenarios.traces.recording import Recording

FORMATS = (
    "firefox-dat", "bitcoin-core-ci", "swf", "github-jobs", "github-runs", "gitlab-jobs", "buildkite-builds",
    "vllm-buildkite", "pulumi-gha", "linkerd-gha", "csv", "json", "table",
)  # fmt: skip
TIMES = ("epoch_s", "epoch_ms", "iso8601")
BY_SUFFIX = {".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
UNITS = ("us", "ms", "s", "min", "h")
COLUMNS = {
    "queued": "When a job became ready to run.",
    "started": "When it began to run.",
    "finished": "When it ended.",
    "duration": "How long it ran, where `finished` does not say.",
    "label": "What kind of job it was.",
    "tenant": "Whose it was.",
    "pipeline": "The pipeline or run that it belonged to.",
    "outcome": "How it ended.",
    "queue": "What runners it asked for.",
}


def trace_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--format, a column for each field of a job, --times and --duration-unit."""
    options = [
        click.option("--format", "form", type=click.Choice(FORMATS), metavar="FORMAT",
                     help=f"How it is written, where it is not recognised: {', '.join(FORMATS)}."),
        *(click.option(f"--{field}", metavar="COLUMN", help=words) for field, words in COLUMNS.items()),
        click.option("--times", type=click.Choice(TIMES), help="How moments are written."),
        click.option("--duration-unit", type=click.Choice(UNITS), help="The unit of --duration."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def layout_of(file: str, form: str | None, times: str | None, duration_unit: str | None,
              columns: dict[str, str | None]) -> "Layout | None":  # fmt: skip
    """What the options say about the file; None when they say nothing, and looking at it must do."""
    from scenarios.traces.formats import PRESETS, Layout

    given = {field: int(column) if column.isdigit() else column for field, column in columns.items() if column}
    mapping = bool(given or times or duration_unit)
    if form in PRESETS:
        if mapping:
            raise BadInput(f"--format {form} knows its columns: leave out the options that name columns and units")
        return PRESETS[form]
    if form is None and not mapping:
        return None
    suffix = Path(file.removesuffix(".gz")).suffix
    return Layout(form or BY_SUFFIX.get(suffix, "table"), given, times, duration_unit)


def recording_of(file: str, layout: "Layout | None") -> "tuple[Recording, str]":
    """The recording and the name of its format; raises TraceError."""
    from scenarios.traces.formats import PRESETS, detect
    from scenarios.traces.trace import read_recording

    if layout is not None:
        return read_recording(Path(file), layout), layout.format
    name = detect(Path(file))
    return read_recording(Path(file), PRESETS[name]), name

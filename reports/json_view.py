"""The figures of runs as JSON for machines: stable keys in a stable order, units in the names."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import msgspec
from msgspec import UNSET, UnsetType

from reports.circumstances import USUAL, Circumstances
from reports.figures import Summary
from reports.findings import Experiment, Judgement

FORMAT = "windtunnel-summary"
SCHEMA_VERSION = 1
"""Grows when a key is renamed, removed or changes its meaning; new keys may appear at any time."""


class Document(msgspec.Struct, frozen=True):
    """What the file holds: how the run was made, and one summary per policy, in the order they ran."""

    format: str
    schema_version: int
    windtunnel: str
    interrupted: bool  # policies may be missing
    settings: Sequence[str]  # changes to the scenario
    summaries: Sequence[Summary]  # of replication 0
    thresholds: Sequence[Judgement] | UnsetType = UNSET  # left out where there are none
    experiment: Experiment | UnsetType = UNSET  # left out where nothing was replicated


def to_json(summaries: Sequence[Summary], about: Circumstances = USUAL) -> bytes:
    """UTF-8 JSON, two spaces of indent, newline at the end; keys in the order of `reports/figures.py`."""
    document = Document(
        FORMAT,
        SCHEMA_VERSION,
        windtunnel_version(),
        about.interrupted,
        about.settings,
        summaries,
        about.thresholds or UNSET,
        about.experiment or UNSET,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def windtunnel_version() -> str:
    """The installed version; `unknown` in a checkout that was never installed."""
    try:
        return version("windtunnel")
    except PackageNotFoundError:
        return "unknown"

"""The layouts of trace files that need no column mapping, and how to tell them by looking."""

from pathlib import Path

import msgspec

from scenarios.problems import listed
from scenarios.traces.delimited import header_of
from scenarios.traces.errors import TraceError, refuse
from scenarios.traces.files import chunks


class Layout(msgspec.Struct, frozen=True):
    """How the fields of a job are found in a file: `columns` maps fields (rows.FIELDS) to names or numbers."""

    format: str  # "firefox-dat", "swf", "csv", "json" or "table"
    columns: dict[str, str | int] = {}
    times: str | None = None
    duration_unit: str | None = None


FIREFOX = Layout("firefox-dat")
SWF = Layout("swf")

# jobs.csv of willcl-ark/bitcoin-core-ci-stats: GitHub Actions jobs. Times are from the creation of the run, so a
# recorded wait has the time in which a job waited for its needs in it.
BITCOIN = Layout(
    "csv",
    columns={
        "queued": "run_created_at",
        "started": "started_at",
        "finished": "completed_at",
        "label": "name",
        "pipeline": "run_id",
        "outcome": "status",
    },
    times="epoch_s",
)

PRESETS = {"firefox-dat": FIREFOX, "bitcoin-core-ci": BITCOIN, "swf": SWF}
"""Format as a scenario names it → layout."""


def detect(path: Path) -> str:
    """The key of PRESETS that the file at `path` looks like.

    Raises TraceError, naming the columns found, when it is none of them and a mapping must say what is what.
    """
    if path.name.removesuffix(".gz").endswith(".dat"):
        return "firefox-dat"
    if path.name.removesuffix(".gz").endswith(".swf"):
        return "swf"
    try:
        header = header_of(path)
    except TraceError as error:
        if any(found.found.startswith("CSV") for found in error.problems):
            header = ()
        else:
            raise
    if set(BITCOIN.columns.values()) <= set(header):
        return "bitcoin-core-ci"
    seen = f"columns {listed(header)}" if len(header) > 1 else "no header of a known format"
    if not header and not any(chunks(path)):
        raise refuse(path, "an empty file", "a recorded trace")
    raise refuse(
        path,
        seen,
        "a .dat or .swf file, a CSV as bitcoin-core-ci-stats writes it, or a mapping that says which column holds "
        "what: --queued, --finished, --times and so on, or `columns` and `times` in a scenario",
    )

"""The layouts of trace files that need no column mapping, and how to tell them by looking."""

from pathlib import Path

import msgspec

from scenarios.problems import listed
from scenarios.traces.delimited import header_of
from scenarios.traces.documents import documents
from scenarios.traces.dumps import DUMPS, detect_dump
from scenarios.traces.errors import TraceError, refuse
from scenarios.traces.files import chunks
from scenarios.traces.published import SETS


class Layout(msgspec.Struct, frozen=True):
    """How the fields of a job are found in a file: `columns` maps fields (rows.FIELDS) to names or numbers."""

    format: str  # a key of PRESETS that is read its own way, or "csv", "json" or "table"
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

PRESETS = {"firefox-dat": FIREFOX, "bitcoin-core-ci": BITCOIN, "swf": SWF} | {
    name: Layout(name) for name in (*SETS, *DUMPS)
}
"""Format as a scenario names it → layout."""


def detect(path: Path) -> str:
    """The key of PRESETS that the file at `path` looks like.

    Raises TraceError, naming the columns found, when it is none of them and a mapping must say what is what.
    """
    if path.name.removesuffix(".gz").endswith(".dat"):
        return "firefox-dat"
    if path.name.removesuffix(".gz").endswith(".swf"):
        return "swf"
    if path.is_dir() or _begins_as_json(path):
        if dump := detect_dump(path):
            return dump
        if path.is_dir():
            raise refuse(path, "pages that no known service answers", f"--format, one of {', '.join(DUMPS)}")
    try:
        header = header_of(path)
    except TraceError as error:
        if any(found.found.startswith("CSV") for found in error.problems):
            header = ()
        else:
            raise
    if set(BITCOIN.columns.values()) <= set(header):
        return "bitcoin-core-ci"
    for name, known in SETS.items():
        if set(known.header) <= set(header) or (not header[1:] and _first_keys(path) >= set(known.header)):
            return name
    if not header and not any(chunks(path)):
        raise refuse(path, "an empty file", "a recorded trace")
    if _begins_as_json(path):
        next(documents(path), None)  # says where it is not JSON
        keys = sorted(_first_keys(path))
        seen = "JSON without a job of a known service" + (f" (fields {listed(keys)})" if keys else "")
    else:
        seen = f"columns {listed(header)}" if len(header) > 1 else "no header of a known format"
    raise refuse(
        path,
        seen,
        "a .dat or .swf file, JSON as an API of GitHub, GitLab or Buildkite answers it, a CSV as "
        "bitcoin-core-ci-stats writes it, or a mapping that says which column holds "
        "what: --queued, --finished, --times and so on, or `columns` and `times` in a scenario",
    )


def _begins_as_json(path: Path) -> bool:
    return next(chunks(path), b"").lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def _first_keys(path: Path) -> set[str]:
    """The fields of the first object of a JSON file; none where it is not one."""
    if not _begins_as_json(path):
        return set()
    try:
        value = next(documents(path)).value
    except (TraceError, StopIteration):
        return set()
    first = value[0] if isinstance(value, list) and value else value
    return set(first) if isinstance(first, dict) else set()

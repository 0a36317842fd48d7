"""What a replication is known by: a hash of its scenario, policy and number, and of the code that computes it."""

import platform
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reports.provenance import code_version as code_version
from reports.provenance import scenario_hash as hash_of
from scenarios.loader import resolve_policies
from scenarios.plugins import identity
from scenarios.traces.documents import size_and_hash

if TYPE_CHECKING:
    from scenarios.spec import Scenario


def fingerprint() -> dict[str, str]:
    """What has to be the same on all machines of one sweep."""
    import numpy as np

    return {"windtunnel code": code_version(), "python": platform.python_version(), "numpy": np.__version__}


def scenario_hash(scenario: "Scenario") -> str:
    """Of all that decides a run but its policy; a trace counts by what it holds, wherever it lies."""
    trace = scenario.workload.trace
    said = scenario.model_dump(mode="json", exclude_none=True)
    return hash_of(said, file_hash(trace.file) if trace else "")


def run_id(of_scenario: str, scenario: "Scenario", policy: str, replication: int, code: str) -> str:
    """Of one replication of one policy, by the hash of its scenario."""
    scheduling = resolve_policies(scenario)[policy]
    decided = scheduling.model_dump(mode="json", exclude_none=True)
    return _hash([of_scenario, policy, decided, identity(scheduling), replication, code])


def file_hash(file: str) -> str:
    if Path(file).is_dir():
        return size_and_hash(Path(file))[1]
    about = Path(file).stat()
    return _file_hash(file, about.st_mtime_ns, about.st_size)


@cache
def _file_hash(file: str, modified: int, size: int) -> str:
    with Path(file).open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _hash(what: object) -> str:
    return sha256(msgspec.json.encode(what, order="deterministic")).hexdigest()[:24]

"""States of Docker containers as states of workers.

Source: Docker Engine API, ContainerState and ContainerSummary, docs.docker.com, read 2026-11.
"""

import re
from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, as_mapping, scalar_text
from domain.acl.observed_to_workers import UNKNOWN, Observed, decide
from domain.shared.refusals import Refused

STATES = {
    "created": Observed("BOOTING"),
    "running": Observed("IDLE"),
    "paused": Observed("FAILED", "paused"),  # its runner sends no heartbeats
    "restarting": Observed("BOOTING"),
    "removing": Observed("DRAINING"),
    "exited": Observed("TERMINATED"),
    "dead": Observed("FAILED", "dead"),
}
"""A running container is busy when its worker has a job, which Docker does not know."""

_HEALTH = {"starting": Observed("BOOTING"), "unhealthy": Observed("FAILED", "unhealthy")}
"""Of a running container; without a health check, or healthy, it is what STATES says."""

OUT_OF_MEMORY = "out-of-memory"
_EXITED = re.compile(r"Exited \((-?[0-9]{1,6})\)")


def worker_state(
    status: str, exit_code: int | None = 0, busy: bool = False, out_of_memory: bool = False, health: str = ""
) -> Observed | Refused:
    """What a container's status says of its worker; an unknown status, or an end of unknown outcome, is refused."""
    if status == "exited" and exit_code is None:
        return Refused(UNKNOWN, "Docker says 'exited', but not with which exit code")
    if out_of_memory and (status == "dead" or (status == "exited" and exit_code)):
        return Observed("FAILED", OUT_OF_MEMORY)
    if status == "created" and exit_code:
        return Observed("FAILED", f"not-started-{exit_code}")
    if status == "exited" and exit_code:
        return Observed("FAILED", f"exit-code-{exit_code}")
    if status == "running" and health in _HEALTH:
        return _HEALTH[health]
    return decide(STATES, "Docker", status, busy)


def state_of(container: Mapping[str, Data], busy: bool = False) -> Observed | Refused:
    """The same of what `docker inspect`, or the API's list of containers, says of a container."""
    state = container.get("State")
    if isinstance(state, str):
        code = _EXITED.match(scalar_text(container.get("Status")))
        return worker_state(state, int(code.group(1)) if code else None if state == "exited" else 0, busy)
    fields = as_mapping(state)
    written = fields.get("ExitCode")
    code_of = written if isinstance(written, int) and not isinstance(written, bool) else None
    health = scalar_text(as_mapping(fields.get("Health")).get("Status"))
    return worker_state(scalar_text(fields.get("Status")), code_of, busy, fields.get("OOMKilled") is True, health)

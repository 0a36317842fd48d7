"""States of Docker containers as states of workers.

Source: Docker Engine API, ContainerState.Status, docs.docker.com, read 2026-11.
"""

from domain.acl.observed_to_workers import Observed, decide
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


def worker_state(status: str, exit_code: int = 0, busy: bool = False) -> Observed | Refused:
    """What a container's status says of its worker; an unknown status is refused."""
    if status == "exited" and exit_code:
        return Observed("FAILED", f"exit-code-{exit_code}")
    return decide(STATES, "Docker", status, busy)

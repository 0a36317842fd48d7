"""States of Firecracker microVMs as states of workers.

Source: Firecracker's API, InstanceInfo.state, github.com/firecracker-microvm/firecracker, read 2026-11.
"""

from domain.acl.observed_to_workers import Observed, decide
from domain.shared.refusals import Refused

STATES = {
    "Not started": Observed("REQUESTED"),
    "Running": Observed("IDLE"),
    "Paused": Observed("BOOTING"),  # a snapshot that waits to be resumed: no agent answers yet
}


def worker_state(status: str, busy: bool = False) -> Observed | Refused:
    """What a microVM's state says of its worker; an unknown state is refused."""
    return decide(STATES, "Firecracker", status, busy)

"""What every platform's state of a machine or container comes to: a state of a worker, or a refusal."""

from collections.abc import Mapping

import msgspec

from domain.shared.refusals import Refused

UNKNOWN = "unknown-worker-state"


class Observed(msgspec.Struct, frozen=True):
    """A state as in `domain.workers.worker`; for FAILED the cause, for REQUESTED why it waits where that is known."""

    state: str
    cause: str = ""


def decide(states: Mapping[str, Observed], platform: str, status: str, busy: bool) -> Observed | Refused:
    """The table's answer; what is not in it is refused, never guessed."""
    found = states.get(status)
    if found is None:
        return Refused(UNKNOWN, f"{platform} says {status!r}; known: {', '.join(states)}")
    return Observed("BUSY") if busy and found.state == "IDLE" else found

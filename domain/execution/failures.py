"""Why attempts end without success, and who is to blame: the user's work, or the infrastructure."""

from typing import Literal

Cause = Literal["", "user", "infra", "preempted"]

REASONS: dict[str, Cause] = {
    "cancelled": "",
    "exit-code": "user",
    "timeout": "user",
    "out-of-memory": "user",
    "access-denied": "user",
    "lease-expired": "infra",
    "node-lost": "infra",
    "worker-crashed": "infra",
    "spot-reclaimed": "infra",
    "scaled-down": "infra",
    "evicted": "infra",
    "quota-reclaim": "infra",
    "preempted": "preempted",
    "image-pull": "infra",
    "token-exchange": "infra",
    "bad-checksum": "infra",
}
"""The reasons that Windtunnel knows by name. A reason that is not here is an infrastructure failure: nobody who wrote a
job is blamed for what they could not have caused."""

USUAL = {"complete": "", "cancel": "cancelled", "time_out": "timeout", "fail": "exit-code", "lose": "lease-expired"}
"""The reason of an end of which nobody says more: move → reason."""


def cause_of(reason: str) -> Cause:
    """Who is to blame for an end: `user`, `infra`, `preempted` where others came first, or nobody.

    Nobody is for success and cancellation.
    """
    return REASONS.get(reason, "infra") if reason else ""

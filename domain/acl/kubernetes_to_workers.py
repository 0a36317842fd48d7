"""States of Kubernetes pods as states of workers.

Source: "Pod Lifecycle", kubernetes.io, read 2026-11.
"""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, scalar_text
from domain.acl.observed_to_workers import UNKNOWN, Observed, decide
from domain.shared.refusals import Refused

PHASES = {
    "Pending": Observed("BOOTING"),
    "Running": Observed("IDLE"),
    "Succeeded": Observed("TERMINATED"),
    "Failed": Observed("FAILED", "failed"),
}
"""`Unknown` is left out on purpose: Kubernetes says so when it cannot reach the node, so nobody knows."""

HOPELESS = {
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
    "RegistryUnavailable", "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    "CrashLoopBackOff", "PreCreateHookError", "PreStartHookError", "PostStartHookError", "ContainerCannotRun",
}  # fmt: skip
"""Reasons why a container waits that waiting does not cure: the worker will not come up."""

COMING = {"", "ContainerCreating", "PodInitializing"}
"""Reasons why a container waits that are part of every start."""


def worker_state(pod: Mapping[str, Data], busy: bool = False) -> Observed | Refused:
    """What a pod (its manifest with status) says of its worker; an unknown phase or reason is refused."""
    status = as_mapping(pod.get("status"))
    phase = scalar_text(status.get("phase"))
    found = decide(PHASES, "Kubernetes", phase, busy)
    if isinstance(found, Refused) or phase == "Succeeded":
        return found
    own = [as_mapping(one) for one in as_list(status.get("containerStatuses"))]
    if phase == "Failed":
        return Observed("FAILED", scalar_text(status.get("reason")) or _failure(own) or found.cause)
    if as_mapping(pod.get("metadata")).get("deletionTimestamp"):
        return Observed("DRAINING")
    for one in (*map(as_mapping, as_list(status.get("initContainerStatuses"))), *own):
        waiting = scalar_text(as_mapping(as_mapping(one.get("state")).get("waiting")).get("reason"))
        if waiting in HOPELESS:
            return Observed("FAILED", waiting)
        if waiting not in COMING:
            return Refused(UNKNOWN, f"Kubernetes says that a container waits for {waiting!r}, which is not known here")
    if phase == "Running" and (cause := _failure(own)):
        return Observed("FAILED", cause)
    if phase == "Running" and own and all("terminated" in as_mapping(one.get("state")) for one in own):
        return Observed("TERMINATED")
    return _by_conditions(status, phase, found)


def _by_conditions(status: Mapping[str, Data], phase: str, found: Observed) -> Observed:
    conditions = {scalar_text(one.get("type")): one for one in map(as_mapping, as_list(status.get("conditions")))}
    if phase == "Pending" and not _holds(conditions.get("PodScheduled")):
        return Observed("REQUESTED", scalar_text(conditions["PodScheduled"].get("reason")))
    return Observed("BOOTING") if phase == "Running" and not _holds(conditions.get("Ready")) else found


def _holds(condition: Mapping[str, Data] | None) -> bool:
    """A condition that is not told holds."""
    return condition is None or scalar_text(condition.get("status")).lower() == "true"


def _failure(containers: list[Mapping[str, Data]]) -> str:
    """Why a container has failed, the first of them; empty where none has."""
    for one in containers:
        ended = as_mapping(as_mapping(one.get("state")).get("terminated"))
        code, reason = ended.get("exitCode"), scalar_text(ended.get("reason"))
        if isinstance(code, int) and code:
            return reason if reason not in ("", "Error") else f"exit-code-{code}"
    return ""

"""States of Kubernetes pods as states of workers.

Source: "Pod Lifecycle", kubernetes.io, read 2026-11.
"""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, scalar_text
from domain.acl.observed_to_workers import Observed, decide
from domain.shared.refusals import Refused

PHASES = {
    "Pending": Observed("BOOTING"),
    "Running": Observed("IDLE"),
    "Succeeded": Observed("TERMINATED"),
    "Failed": Observed("FAILED", "failed"),
}
"""`Unknown` is left out on purpose: Kubernetes says so when it cannot reach the node, so nobody knows."""

HOPELESS = {
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
}  # fmt: skip
"""Reasons why a container waits that waiting does not cure: the worker will not come up."""


def worker_state(pod: Mapping[str, Data], busy: bool = False) -> Observed | Refused:
    """What a pod (its manifest with status) says of its worker; an unknown phase is refused."""
    status = as_mapping(pod.get("status"))
    phase = scalar_text(status.get("phase"))
    found = decide(PHASES, "Kubernetes", phase, busy)
    if isinstance(found, Refused) or phase in ("Succeeded", "Failed"):
        reason = scalar_text(status.get("reason"))
        return Observed("FAILED", reason) if phase == "Failed" and reason else found
    if as_mapping(pod.get("metadata")).get("deletionTimestamp"):
        return Observed("DRAINING")
    for field in ("initContainerStatuses", "containerStatuses"):
        for one in as_list(status.get(field)):
            waiting = scalar_text(as_mapping(as_mapping(as_mapping(one).get("state")).get("waiting")).get("reason"))
            if waiting in HOPELESS:
                return Observed("FAILED", waiting)
    conditions = {
        scalar_text(as_mapping(one).get("type")): scalar_text(as_mapping(one).get("status")).lower() == "true"
        for one in as_list(status.get("conditions"))
    }
    if phase == "Pending" and not conditions.get("PodScheduled", True):
        return Observed("REQUESTED")
    return Observed("BOOTING") if phase == "Running" and not conditions.get("Ready", True) else found

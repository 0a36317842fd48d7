"""What Docker, Kubernetes and Firecracker say of a machine is a state of its worker, or is refused."""

from typing import Any

import pytest

from domain.acl import docker_to_workers, firecracker_to_workers, kubernetes_to_workers
from domain.acl.observed_to_workers import Observed
from domain.shared.refusals import Refused
from domain.workers.worker import Worker


@pytest.mark.parametrize(
    ("status", "code", "busy", "state", "cause"),
    [
        ("created", 0, False, "BOOTING", ""), ("running", 0, False, "IDLE", ""), ("running", 0, True, "BUSY", ""),
        ("paused", 0, False, "FAILED", "paused"), ("restarting", 0, False, "BOOTING", ""),
        ("removing", 0, False, "DRAINING", ""), ("exited", 0, False, "TERMINATED", ""),
        ("exited", 137, False, "FAILED", "exit-code-137"), ("dead", 0, False, "FAILED", "dead"),
    ],
)  # fmt: skip
def test_docker(status: str, code: int, busy: bool, state: str, cause: str) -> None:
    assert docker_to_workers.worker_state(status, code, busy) == Observed(state, cause)


@pytest.mark.parametrize(
    ("status", "more", "state", "cause"),
    [
        ("Pending", {"conditions": [{"type": "PodScheduled", "status": "False"}]}, "REQUESTED", ""),
        ("Pending", {}, "BOOTING", ""),
        ("Pending", {"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}, "FAILED",
         "ImagePullBackOff"),
        ("Pending", {"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}, "BOOTING", ""),
        ("Running", {"conditions": [{"type": "Ready", "status": "False"}]}, "BOOTING", ""),
        ("Running", {"conditions": [{"type": "Ready", "status": "True"}]}, "IDLE", ""),
        ("Succeeded", {}, "TERMINATED", ""), ("Failed", {}, "FAILED", "failed"),
        ("Failed", {"reason": "Evicted"}, "FAILED", "Evicted"),
    ],
)  # fmt: skip
def test_kubernetes(status: str, more: dict[str, Any], state: str, cause: str) -> None:
    assert kubernetes_to_workers.worker_state({"status": {"phase": status, **more}}) == Observed(state, cause)


@pytest.mark.parametrize(
    ("container", "state", "cause"),
    [
        ({"State": {"Status": "exited", "ExitCode": 137, "OOMKilled": True}}, "FAILED", "out-of-memory"),
        ({"State": {"Status": "exited", "ExitCode": 0, "OOMKilled": True}}, "TERMINATED", ""),  # a child was killed
        ({"State": {"Status": "dead", "ExitCode": 0, "OOMKilled": True}}, "FAILED", "out-of-memory"),
        ({"State": {"Status": "created", "ExitCode": 127}}, "FAILED", "not-started-127"),
        ({"State": {"Status": "created", "ExitCode": 0}}, "BOOTING", ""),
        ({"State": {"Status": "running", "Health": {"Status": "starting"}}}, "BOOTING", ""),
        ({"State": {"Status": "running", "Health": {"Status": "healthy"}}}, "IDLE", ""),
        ({"State": {"Status": "running", "Health": {"Status": "unhealthy"}}}, "FAILED", "unhealthy"),
        ({"State": "running", "Status": "Up 2 hours"}, "IDLE", ""),
        ({"State": "exited", "Status": "Exited (137) 3 days ago"}, "FAILED", "exit-code-137"),
        ({"State": "exited", "Status": "Exited (0) 3 days ago"}, "TERMINATED", ""),
    ],
)
def test_docker_says_why_a_container_failed(container: dict[str, Any], state: str, cause: str) -> None:
    assert docker_to_workers.state_of(container) == Observed(state, cause)


@pytest.mark.parametrize("state", [{"Status": "exited"}, "exited", {}, 5, None, {"Status": ["running"]}])
def test_an_end_of_unknown_outcome_and_what_is_no_state_are_refused(state: Any) -> None:
    assert isinstance(docker_to_workers.state_of({"State": state}), Refused)


def waits(reason: str, phase: str = "Pending") -> dict[str, Any]:
    return {"status": {"phase": phase, "containerStatuses": [{"state": {"waiting": {"reason": reason}}}]}}


def ended(code: int, why: str, phase: str, **more: Any) -> dict[str, Any]:
    one = {"state": {"terminated": {"exitCode": code, "reason": why}}}
    return {"status": {"phase": phase, "containerStatuses": [one], **more}}


GATED = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
UNSCHEDULABLE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}


@pytest.mark.parametrize(
    ("pod", "state", "cause"),
    [
        (waits("CrashLoopBackOff", "Running"), "FAILED", "CrashLoopBackOff"),
        (waits("ErrImagePull"), "FAILED", "ErrImagePull"),
        (waits("PodInitializing"), "BOOTING", ""),
        ({"status": {"phase": "Pending", "conditions": [UNSCHEDULABLE]}}, "REQUESTED", "Unschedulable"),
        ({"status": {"phase": "Pending", "conditions": [GATED]}}, "REQUESTED", "SchedulingGated"),
        (ended(137, "OOMKilled", "Failed"), "FAILED", "OOMKilled"),
        (ended(137, "OOMKilled", "Failed", reason="Evicted"), "FAILED", "Evicted"),
        (ended(3, "Error", "Failed"), "FAILED", "exit-code-3"),
        (ended(137, "OOMKilled", "Running"), "FAILED", "OOMKilled"),
        (ended(0, "Completed", "Running"), "TERMINATED", ""),
        (ended(0, "Completed", "Succeeded"), "TERMINATED", ""),
    ],
)
def test_kubernetes_says_why_a_pod_waits_or_failed(pod: dict[str, Any], state: str, cause: str) -> None:
    assert kubernetes_to_workers.worker_state(pod) == Observed(state, cause)


def test_a_reason_to_wait_that_is_not_known_is_refused() -> None:
    answer = kubernetes_to_workers.worker_state(waits("WaitingForGodot"))
    assert isinstance(answer, Refused) and "WaitingForGodot" in answer.detail


def test_a_pod_that_is_being_deleted_drains() -> None:
    pod = {"metadata": {"deletionTimestamp": "2026-11-24T12:00:00Z"}, "status": {"phase": "Running"}}
    assert kubernetes_to_workers.worker_state(pod) == Observed("DRAINING")
    assert kubernetes_to_workers.worker_state({"status": {"phase": "Running"}}, busy=True) == Observed("BUSY")


@pytest.mark.parametrize(
    ("status", "state"), [("Not started", "REQUESTED"), ("Running", "IDLE"), ("Paused", "BOOTING")]
)  # fmt: skip
def test_firecracker(status: str, state: str) -> None:
    assert firecracker_to_workers.worker_state(status) == Observed(state)


def test_what_is_not_known_is_refused_and_never_guessed() -> None:
    for answer in (
        docker_to_workers.worker_state("zombie"),
        firecracker_to_workers.worker_state("running"),  # its API writes Running
        kubernetes_to_workers.worker_state({"status": {"phase": "Unknown"}}),
        kubernetes_to_workers.worker_state({}),
    ):
        assert isinstance(answer, Refused) and answer.reason == "unknown-worker-state" and answer.detail


def test_every_state_is_one_that_a_worker_can_be_in() -> None:
    tables = (docker_to_workers.STATES, firecracker_to_workers.STATES, kubernetes_to_workers.PHASES)
    assert {one.state for table in tables for one in table.values()} <= set(Worker.MOVES)

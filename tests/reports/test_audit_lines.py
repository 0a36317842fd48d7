"""The audit trail of a run has every decision with its reason, one a line, whoever asked."""

import json

from domain.contracts.orchestration import PipelineHeld, PipelineStarted
from domain.contracts.security import (
    AccessDenied,
    DeploymentAllowed,
    JobTokenEnded,
    JobTokenExchanged,
    SecretReleased,
    SessionEnded,
    SessionOpened,
    UserDeleted,
    UserReinstated,
    UserSuspended,
)
from domain.shared.events import Event
from reports.audit_lines import LINES, AuditSink
from reports.export import Exported

EVENTS = [
    SessionOpened(1, 4, 2, "web", "ann", 100),
    PipelineStarted(1, 3, "web", 2, "push", "ann", "main", "trusted"),
    JobTokenExchanged(2, 5, 9, 7, "web", "trusted", 60),
    SecretReleased(2, "registry", 9, 5, "web"),
    DeploymentAllowed(3, 9, "production", "web"),
    AccessDenied(4, "app", "eve", "start-pipeline", "no-grant", 0),
    JobTokenEnded(5, 5, 9, "REVOKED", "suspended-user"),
    UserSuspended(5, 2, "web", "ann"),
    UserReinstated(6, 2, "web", "ann"),
    UserDeleted(7, 2, "web", "ann"),
    SessionEnded(8, 4, 2, "CLOSED"),
    PipelineHeld(9, 4, "web", 2, "deploy", "push", "ann", "main", "trusted"),
]


def lines(events: list[Event]) -> list[dict]:
    written: list[bytes] = []
    sink = AuditSink(written.append)
    sink.hear(events)
    sink.close(9, Exported())
    assert sum(sink.lines.values()) == len(written)
    return [json.loads(line) for line in written]


def test_every_decision_is_a_line_with_its_reason() -> None:
    said = lines(EVENTS)
    assert {type(event) for event in EVENTS} == set(LINES)
    assert [(line["action"], line["reason"]) for line in said] == [
        ("open-session", "granted"), ("start-pipeline", "granted"), ("exchange-token", "granted"),
        ("release-secret", "granted"), ("deploy", "granted"), ("start-pipeline", "no-grant"),
        ("end-token", "suspended-user"), ("suspend-user", "granted"), ("reinstate-user", "granted"),
        ("delete-user", "granted"), ("end-session", "closed"), ("start-pipeline", "held"),
    ]  # fmt: skip
    assert said[3] == {
        "at_us": 2, "kind": "decision", "action": "release-secret", "reason": "granted", "tenant": "web",
        "execution": 9, "thing": "secret:registry",
    }  # fmt: skip
    denied = {"action": "start-pipeline", "reason": "no-grant", "tenant": "app", "actor": "eve"}
    assert said[5] == {"at_us": 4, "kind": "decision", **denied}
    assert [line["kind"] for line in said].count("change") == 7


def test_other_events_are_none_of_its_business() -> None:
    assert lines([]) == []

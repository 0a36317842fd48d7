"""The audit trail of a stored run: decisions of security and changes of what they rest on, as JSON, one a line."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import msgspec

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
from reports.export import Exported
from reports.otlp import Write

Kind = Literal["decision", "change"]


class Line(msgspec.Struct, omit_defaults=True):
    """A decision, or a change of what may be decided on: a session, a token's end, a user's rights, a held pipeline.

    `reason` of a decision is `granted` or why not; an end has its own.
    """

    at_us: int
    kind: Kind
    action: str
    reason: str
    tenant: str = ""
    actor: str = ""
    execution: int = 0
    thing: str = ""


LINES: dict[type[Event], Callable[[Any], Line]] = {
    PipelineStarted: lambda e: Line(
        e.at_us, "decision", "start-pipeline", "granted", e.tenant, e.actor, 0, f"pipeline:{e.pipeline}"
    ),
    AccessDenied: lambda e: Line(e.at_us, "decision", e.action, e.reason, e.tenant, e.actor, e.execution),
    JobTokenExchanged: lambda e: Line(
        e.at_us, "decision", "exchange-token", "granted", e.tenant, "", e.execution, f"token:{e.token}"
    ),
    SecretReleased: lambda e: Line(
        e.at_us, "decision", "release-secret", "granted", e.tenant, "", e.execution, f"secret:{e.secret}"
    ),
    DeploymentAllowed: lambda e: Line(
        e.at_us, "decision", "deploy", "granted", e.tenant, "", e.execution, f"environment:{e.environment}"
    ),
    PipelineHeld: lambda e: Line(
        e.at_us, "change", "start-pipeline", "held", e.tenant, e.actor, 0, f"pipeline:{e.pipeline}"
    ),
    JobTokenEnded: lambda e: Line(e.at_us, "change", "end-token", e.reason, "", "", e.execution, f"token:{e.token}"),
    SessionOpened: lambda e: Line(
        e.at_us, "change", "open-session", "granted", e.tenant, e.actor, 0, f"session:{e.session}"
    ),
    SessionEnded: lambda e: Line(e.at_us, "change", "end-session", e.state.lower(), thing=f"session:{e.session}"),
    UserSuspended: lambda e: Line(e.at_us, "change", "suspend-user", "granted", e.tenant, e.actor),
    UserReinstated: lambda e: Line(e.at_us, "change", "reinstate-user", "granted", e.tenant, e.actor),
    UserDeleted: lambda e: Line(e.at_us, "change", "delete-user", "granted", e.tenant, e.actor),
}


class AuditSink:
    """Hears the events that tell of decisions and changes, and writes a line for each.

    That an attempt may go on to its environment makes no line when it is allowed: it is asked again as it deploys.
    """

    def __init__(self, write: Write) -> None:
        self.kinds = frozenset(LINES)
        self.lines: dict[Kind, int] = dict.fromkeys(get_args(Kind), 0)
        self._write = write
        self._encode = msgspec.json.Encoder().encode

    def hear(self, events: Sequence[Event]) -> None:
        for event in events:
            made = LINES.get(type(event))
            if made is not None:
                line = made(event)
                self._write(self._encode(line) + b"\n")
                self.lines[line.kind] += 1

    def close(self, now: int, done: Exported) -> None:
        """Everything has been written already."""

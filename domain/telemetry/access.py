"""What security decided, as metrics: tokens, secrets, deployments, refusals and sessions."""

from collections.abc import Sequence
from typing import Any

from domain.contracts.security import (
    AccessDenied,
    DeploymentAllowed,
    JobTokenEnded,
    JobTokenExchanged,
    SecretReleased,
    SessionEnded,
    SessionOpened,
)
from domain.telemetry import conventions as names
from domain.telemetry.hearing import Hears
from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter, UpDownCounter
from domain.telemetry.tags import TagSets

ALLOWED, DENIED = "allowed", "denied"


class AccessMetrics(Hears):
    """Counted after a run: several of these events come with every attempt. A refusal says why in `error.type`."""

    def __init__(self) -> None:
        self._tags = TagSets()
        self._exchanges = Metric(
            names.TOKEN_EXCHANGES, "{request}", "Job tokens shown to be exchanged for credentials, once each.", Counter
        )
        self._ended = Metric(
            names.TOKENS_ENDED, "{token}", "Exchanged tokens that expired or were revoked before their attempt ended.",
            Counter,
        )  # fmt: skip
        self._secrets = Metric(names.SECRET_REQUESTS, "{request}", "Attempts that asked for a secret.", Counter)
        self._deployments = Metric(names.DEPLOYMENTS, "{deployment}", "Deployments to an environment.", Counter)
        self._denials = Metric(names.DENIALS, "{decision}", "Decisions against whoever asked.", Counter)
        self._sessions = Metric(names.SESSIONS, "{session}", "Users' sessions that are open.", UpDownCounter)
        self._open: dict[int, str] = {}  # session → tenant
        self.handlers = {
            AccessDenied: self._denied,
            DeploymentAllowed: self._deployed,
            JobTokenEnded: self._token_ended,
            JobTokenExchanged: self._exchanged,
            SecretReleased: self._released,
            SessionEnded: self._session_ended,
            SessionOpened: self._session_opened,
        }

    @property
    def metrics(self) -> Sequence[Metric[Any]]:
        return (self._exchanges, self._ended, self._secrets, self._deployments, self._denials, self._sessions)

    def _exchanged(self, event: JobTokenExchanged) -> None:
        self._add(self._exchanges, {names.TENANT: event.tenant, names.DECISION: ALLOWED})

    def _released(self, event: SecretReleased) -> None:
        self._add(self._secrets, {names.TENANT: event.tenant, names.DECISION: ALLOWED, names.SECRET: event.secret})

    def _deployed(self, event: DeploymentAllowed) -> None:
        self._add(self._deployments, {names.TENANT: event.tenant, names.ENVIRONMENT: event.environment})

    def _denied(self, event: AccessDenied) -> None:
        why = {names.TENANT: event.tenant, names.ERROR_TYPE: event.reason}
        asked = {"exchange-token": self._exchanges, "release-secret": self._secrets}.get(event.action)
        if asked is not None:
            self._add(asked, {**why, names.DECISION: DENIED})
        self._add(self._denials, {**why, names.ACTION: event.action})

    def _token_ended(self, event: JobTokenEnded) -> None:
        self._add(self._ended, {names.TOKEN_STATE: event.state.lower(), names.ERROR_TYPE: event.reason})

    def _session_opened(self, event: SessionOpened) -> None:
        self._open[event.session] = event.tenant
        self._sessions.at(self._tags({names.TENANT: event.tenant})).add(1)

    def _session_ended(self, event: SessionEnded) -> None:
        tenant = self._open.pop(event.session, None)
        if tenant is not None:
            self._sessions.at(self._tags({names.TENANT: tenant})).add(-1)

    def _add(self, metric: Metric[Counter], tags: dict[str, str]) -> None:
        """An empty value says nothing: who shows a token that is not known has no tenant."""
        metric.at(self._tags({name: value for name, value in tags.items() if value})).add()

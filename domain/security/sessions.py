"""Session: the time between a log-in and its end, bounded absolutely and by idleness."""

from typing import ClassVar

from domain.contracts.security import SessionEnded, SessionOpened
from domain.shared.events import Event
from domain.shared.ids import SessionId, UserId
from domain.shared.lifecycle import Aggregate, Table


class Session(Aggregate, eq=False):
    """OPEN → EXPIRED | REVOKED | CLOSED. Use renews the idle time, never the absolute one; a tie is an end."""

    INITIAL: ClassVar[str] = "OPEN"
    MOVES: ClassVar[Table] = {
        "OPEN": {"expire": "EXPIRED", "revoke": "REVOKED", "close": "CLOSED"},
        "EXPIRED": {},
        "REVOKED": {},
        "CLOSED": {},
    }

    id: SessionId
    user: UserId
    ends_at_us: int  # whatever happens
    idle_us: int
    used_at_us: int
    state: str = "OPEN"

    def opened(self, now: int, tenant: str, actor: str) -> Event:
        return SessionOpened(now, self.id, self.user, tenant, actor, self.ends_at_us)

    def is_due(self, now: int) -> bool:
        """Its time is up: it has expired, whether anybody noticed or not."""
        return now >= self.ends_at_us or now >= self.used_at_us + self.idle_us

    def use(self, now: int) -> None:
        self.used_at_us = now

    def end(self, now: int, move: str) -> Event:
        """expire, revoke or close."""
        self.move(move)
        return SessionEnded(now, self.id, self.user, self.state)

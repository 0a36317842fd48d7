"""User: somebody of a tenant, who may be suspended for a time and deleted for good."""

from typing import ClassVar

from domain.contracts.security import UserDeleted, UserReinstated, UserSuspended
from domain.shared.events import Event
from domain.shared.ids import UserId
from domain.shared.lifecycle import Aggregate, Table


class User(Aggregate, eq=False):
    """ACTIVE ⇄ SUSPENDED; either → DELETED. Only active users act."""

    INITIAL: ClassVar[str] = "ACTIVE"
    MOVES: ClassVar[Table] = {
        "ACTIVE": {"suspend": "SUSPENDED", "delete": "DELETED"},
        "SUSPENDED": {"reinstate": "ACTIVE", "delete": "DELETED"},
        "DELETED": {},
    }

    id: UserId
    tenant: str
    name: str
    roles: tuple[str, ...]
    state: str = "ACTIVE"

    def suspend(self, now: int) -> Event:
        self.move("suspend")
        return UserSuspended(now, self.id, self.tenant, self.name)

    def reinstate(self, now: int) -> Event:
        self.move("reinstate")
        return UserReinstated(now, self.id, self.tenant, self.name)

    def delete(self, now: int) -> Event:
        self.move("delete")
        return UserDeleted(now, self.id, self.tenant, self.name)

"""The directory: the users of every tenant and their sessions, opened at a user's first action."""

import msgspec

from domain.security.sessions import Session
from domain.security.users import User
from domain.shared.events import Publish
from domain.shared.ids import SessionId, UserId, sequence
from domain.shared.refusals import Refused


class SessionTerms(msgspec.Struct, frozen=True):
    """How long a session lasts at most, and unused (µs); whether an expired one is simply opened anew."""

    ttl_us: int
    idle_us: int
    log_in_again: bool = True


class Directory:
    """Users by tenant and name. Somebody who is not listed is a member with `member_roles`, or a stranger without."""

    def __init__(self, terms: SessionTerms, member_roles: tuple[str, ...], publish: Publish) -> None:
        self.users: dict[tuple[str, str], User] = {}
        self.sessions: dict[UserId, Session] = {}  # the open ones
        self.counts = {"opened": 0, "expired": 0, "revoked": 0, "closed": 0}
        self._terms = terms
        self._member_roles = member_roles
        self._publish = publish
        self._user_ids, self._session_ids = sequence(UserId), sequence(SessionId)

    def add(self, tenant: str, name: str, roles: tuple[str, ...]) -> User:
        """List a user; one who is listed already stays as they are."""
        user = self.users.get((tenant, name))
        if user is None:
            user = self.users[tenant, name] = User(self._user_ids(), tenant, name, roles)
        return user

    def find(self, tenant: str, name: str) -> User | Refused:
        """The user of that name, who becomes a member at the first sight; refused for strangers."""
        user = self.users.get((tenant, name))
        if user is not None:
            return user
        if not self._member_roles:
            return Refused("unknown-user", name)
        return self.add(tenant, name, self._member_roles)

    def act(self, now: int, user: User) -> Session | Refused:
        """The user does something: the session is used, or opened. Refused unless active, and after an expiry.

        An expired session is noticed here. Where one has to log in again oneself, the next action does.
        """
        if user.state != "ACTIVE":
            return Refused("suspended-user" if user.state == "SUSPENDED" else "deleted-user", user.name)
        session = self.sessions.get(user.id)
        if session is not None:
            if not session.is_due(now):
                session.use(now)
                return session
            self.end_session(now, user.id, "expire")
            if not self._terms.log_in_again:
                return Refused("session-expired", user.name)
        terms = self._terms
        session = Session(self._session_ids(), user.id, now + terms.ttl_us, terms.idle_us, now)
        self.sessions[user.id] = session
        self.counts["opened"] += 1
        self._publish(session.opened(now, user.tenant, user.name))
        return session

    def suspend(self, now: int, user: User) -> bool:
        """Whether anything changed: who is suspended or deleted already stays so."""
        if user.state != "ACTIVE":
            return False
        event = user.suspend(now)
        self.end_session(now, user.id, "revoke")
        self._publish(event)
        return True

    def reinstate(self, now: int, user: User) -> bool:
        if user.state != "SUSPENDED":
            return False
        self._publish(user.reinstate(now))
        return True

    def delete(self, now: int, user: User) -> bool:
        """The user stays listed as deleted: nobody of that name becomes a member again."""
        if user.state == "DELETED":
            return False
        event = user.delete(now)
        self.end_session(now, user.id, "revoke")
        self._publish(event)
        return True

    def end_session(self, now: int, user: UserId, move: str) -> None:
        """expire, revoke or close the user's session, if there is one."""
        session = self.sessions.pop(user, None)
        if session is not None:
            event = session.end(now, move)
            self.counts[session.state.lower()] += 1
            self._publish(event)

    def close(self, now: int) -> None:
        """Nobody acts any more: what is due has expired, the rest log out."""
        for user, session in list(self.sessions.items()):
            self.end_session(now, user, "expire" if session.is_due(now) else "close")

"""Users act in sessions that end in time; who is suspended or deleted has none, and no news said twice changes that."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.security import SessionEnded, SessionOpened, UserDeleted, UserReinstated, UserSuspended
from domain.security.directory import Directory, SessionTerms
from domain.security.sessions import Session
from domain.security.users import User
from domain.shared.lifecycle import IllegalMove
from domain.shared.refusals import Refused

TTL, IDLE = 100, 30
NAMES = st.sampled_from(("ann", "bob", "eve"))


class Visits(RuleBasedStateMachine):
    """Beside the directory, a model of it: state per user, and (opened, used) per open session."""

    @initialize(again=st.booleans())
    def begin(self, again: bool) -> None:
        self.events: list = []
        self.again = again
        self.directory = Directory(SessionTerms(TTL, IDLE, again), ("dev",), self.events.append)
        self.directory.add("web", "ann", ("lead",))
        self.now = 0
        self.state: dict[str, str] = {"ann": "ACTIVE"}
        self.open: dict[str, tuple[int, int]] = {}

    @rule(step=st.integers(0, 40))
    def time_passes(self, step: int) -> None:
        self.now += step

    @rule(name=NAMES)
    def act(self, name: str) -> None:
        user = self.directory.find("web", name)
        assert isinstance(user, User)
        assert user.roles == (("lead",) if name == "ann" else ("dev",))
        said = self.directory.act(self.now, user)
        state = self.state.setdefault(name, "ACTIVE")
        if state != "ACTIVE":
            assert said == Refused(f"{state.lower()}-user", name)
            return
        opened, used = self.open.get(name, (None, None))
        if opened is not None and self.now >= min(opened + TTL, used + IDLE):
            del self.open[name]
            opened = None
            if not self.again:
                assert said == Refused("session-expired", name)
                return
        self.open[name] = (self.now if opened is None else opened, self.now)
        assert isinstance(said, Session)
        assert not said.is_due(self.now)

    @rule(name=NAMES, what=st.sampled_from(("suspend", "reinstate", "delete")), twice=st.booleans())
    def change(self, name: str, what: str, twice: bool) -> None:
        user = self.directory.find("web", name)
        before = self.state.setdefault(name, "ACTIVE")
        moves = {("ACTIVE", "suspend"): "SUSPENDED", ("SUSPENDED", "reinstate"): "ACTIVE"}
        after = "DELETED" if what == "delete" else moves.get((before, what), before)
        assert getattr(self.directory, what)(self.now, user) == (after != before)
        if twice:
            told = len(self.events)
            assert not getattr(self.directory, what)(self.now, user)
            assert len(self.events) == told
        self.state[name] = after
        if after != "ACTIVE":
            self.open.pop(name, None)

    @rule()
    def close(self) -> None:
        self.directory.close(self.now)
        self.open.clear()

    @precondition(lambda self: hasattr(self, "directory"))
    @invariant()
    def the_open_sessions_are_those_of_the_model(self) -> None:
        names = {user.id: user.name for user in self.directory.users.values()}
        sessions = self.directory.sessions
        assert {names[id]: (one.ends_at_us - TTL, one.used_at_us) for id, one in sessions.items()} == self.open
        assert {user.name: user.state for user in self.directory.users.values()} == self.state
        counts = self.directory.counts
        assert counts["opened"] - counts["expired"] - counts["revoked"] - counts["closed"] == len(sessions)
        opened = [event.session for event in self.events if isinstance(event, SessionOpened)]
        ended = [event.session for event in self.events if isinstance(event, SessionEnded)]
        assert len(set(opened)) == len(opened) == counts["opened"]
        assert len(set(ended)) == len(ended)
        assert set(opened) - set(ended) == {one.id for one in sessions.values()}
        assert all(one.state == "OPEN" for one in sessions.values())


TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=60, stateful_step_count=30)


def directory(members=("dev",)) -> tuple[Directory, list]:
    events: list = []
    return Directory(SessionTerms(TTL, IDLE), members, events.append), events


def test_strangers_are_nobody() -> None:
    none, _ = directory(members=())
    none.add("web", "ann", ("dev",))
    assert none.find("web", "eve") == Refused("unknown-user", "eve")
    assert none.find("app", "ann") == Refused("unknown-user", "ann")
    assert isinstance(none.find("web", "ann"), User)


def test_the_events_say_what_happened_to_a_user() -> None:
    one, events = directory()
    ann = one.find("web", "ann")
    one.act(5, ann)
    one.suspend(6, ann)
    one.reinstate(7, ann)
    one.delete(8, ann)
    assert events == [
        SessionOpened(5, 1, 1, "web", "ann", 105), SessionEnded(6, 1, 1, "REVOKED"),
        UserSuspended(6, 1, "web", "ann"), UserReinstated(7, 1, "web", "ann"), UserDeleted(8, 1, "web", "ann"),
    ]  # fmt: skip


def test_use_renews_idleness_and_never_the_end() -> None:
    one, events = directory()
    ann = one.find("web", "ann")
    for now in (0, 29, 58, 87):
        one.act(now, ann)
    assert [type(event) for event in events] == [SessionOpened]
    one.act(100, ann)
    assert [event.state for event in events if isinstance(event, SessionEnded)] == ["EXPIRED"]


def test_an_ended_session_ends_no_more() -> None:
    session = Session(1, 1, 100, 30, 0)
    session.end(5, "close")
    with pytest.raises(IllegalMove):
        session.end(6, "expire")

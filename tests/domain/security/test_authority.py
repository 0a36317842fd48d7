"""One token per attempt, one exchange per token, and an end with the attempt, in whatever order news come."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.acl import execution_to_security
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.security import AccessDenied, JobTokenEnded, JobTokenExchanged
from domain.security.authority import Issuance
from domain.security.tokens import Holder, Token
from domain.shared.ids import UserId
from domain.shared.refusals import Refused
from tests.domain.security.parts import ANN, CLAIMS, FORK, Desk, S


def test_a_token_is_exchanged_once() -> None:
    desk = Desk()
    token = desk.issue(0, 9, 7)
    assert desk.authority.exchange(1, 7, 9, token.signed, "secrets") is token
    assert desk.authority.exchange(2, 7, 9, token.signed, "secrets").reason == "replayed"
    assert [type(event) for event in desk.events] == [JobTokenExchanged, AccessDenied]
    assert desk.audit.by_reason() == {("exchange-token", "granted"): 1, ("exchange-token", "replayed"): 1}


def test_a_token_replayed_after_its_execution_ended_gives_nothing() -> None:
    for spent in (True, False):
        desk = Desk()
        token = desk.exchanged(0, 9, 7) if spent else desk.issue(0, 9, 7)
        desk.authority.end(5, 7, 9)
        assert token.state == "REVOKED"
        assert desk.authority.exchange(6, 7, 9, token.signed, "secrets").reason == "stale-token"
        assert desk.authority.present(6, 7, 9, token.signed, "secrets").reason == "stale-token"


def test_each_wrong_token_is_refused_by_the_name_of_what_is_wrong() -> None:
    desk = Desk()
    authority, sign = desk.authority, desk.signer.sign
    token = desk.issue(0, 9, 7)
    other = Desk(issuance=Issuance("somebody", "secrets", 60 * S)).issue(0, 9, 7)
    for signed, audience, now, reason in (
        (token.signed, "registry", 1, "wrong-audience"),
        (b"x" + token.signed[1:], "secrets", 1, "bad-signature"),
        (other.signed, "secrets", 1, "wrong-issuer"),
        (sign(CLAIMS), "secrets", 80 * S, "expired"),
        (sign(CLAIMS), "secrets", 5 * S, "not-yet-valid"),
        (sign(CLAIMS), "secrets", 20 * S, "not-its-token"),
        (token.signed, "secrets", 60 * S, "expired"),
        (token.signed, "secrets", 60 * S, "expired"),
    ):
        assert authority.exchange(now, 7, 9, signed, audience).reason == reason
        assert desk.events[-1] == AccessDenied(now, "", "", "exchange-token", reason, 9)
    assert token.state == "EXPIRED"
    assert authority.held(7, 9) is None


def test_what_is_shown_is_checked_too() -> None:
    desk = Desk()
    authority = desk.authority
    one, other = desk.issue(0, 9, 7), desk.exchanged(0, 10, 8)
    assert authority.present(1, 7, 9, one.signed, "secrets").reason == "not-exchanged"
    authority.exchange(1, 7, 9, one.signed, "secrets")
    assert authority.present(1, 7, 9, one.signed, "secrets") is one
    assert authority.present(1, 7, 9, other.signed, "secrets").reason == "not-its-token"
    assert authority.present(1, 7, 9, one.signed[:-1], "secrets").reason == "bad-signature"
    assert authority.present(1, 7, 9, one.signed, "registry").reason == "wrong-audience"
    assert authority.present(1, 7, 11, one.signed, "secrets").reason == "stale-token"
    assert authority.present(1, 6, 9, one.signed, "secrets").reason == "stale-token"
    assert authority.present(60 * S, 7, 9, one.signed, "secrets").reason == "expired"


def test_a_token_that_ends_with_its_attempt_is_counted_as_expired_once_its_time_was_up() -> None:
    for now, state in ((60 * S - 1, "revoked"), (60 * S, "expired")):
        desk = Desk()
        desk.exchanged(0, 9, 7)
        desk.authority.end(now, 7, 9)
        other = {"expired": "revoked", "revoked": "expired"}[state]
        assert desk.authority.counts == {"issued": 1, "exchanged": 1, state: 1, other: 0}
        assert not [event for event in desk.events if isinstance(event, JobTokenEnded)], (
            "the end of the attempt said so"
        )


def test_a_newer_attempt_fences_off_the_older() -> None:
    desk = Desk()
    old, new = desk.exchanged(0, 9, 7), desk.exchanged(5, 12, 7, attempt=2)
    assert old.state == "REVOKED"
    assert JobTokenEnded(5, old.id, 9, "REVOKED", "superseded") in desk.events
    assert desk.issue(6, 9, 7).reason == "stale-token"
    desk.authority.end(7, 7, 9)
    assert desk.authority.held(7, 12) is new, "late news of the old attempt change nothing"


def test_a_user_takes_their_tokens_along() -> None:
    desk = Desk()
    mine = Holder("web", "build", user=UserId(4))
    tokens = [desk.exchanged(0, one, one, holder) for one, holder in ((1, mine), (2, ANN), (3, mine))]
    desk.authority.revoke_user(9, UserId(4), "suspended-user")
    desk.authority.revoke_user(9, UserId(4), "suspended-user")
    assert [token.state for token in tokens] == ["REVOKED", "EXCHANGED", "REVOKED"]
    assert [event.execution for event in desk.events if isinstance(event, JobTokenEnded)] == [1, 3]
    assert desk.authority.present(9, 1, 1, tokens[0].signed, "secrets").reason == "revoked"
    assert desk.issue(9, 1, 1, mine).reason == "stale-token", "it gets no second one"


def test_the_claims_are_the_attempts() -> None:
    claims = Desk().issue(1_500_000, 9, 7, FORK, attempt=2).claims
    assert (claims.tenant, claims.pipeline, claims.job, claims.attempt, claims.execution) == ("web", 3, 7, 2, 9)
    assert (claims.trust, claims.aud, claims.iss) == ("untrusted", "secrets", "windtunnel")
    assert (claims.iat, claims.exp) == (1, 62), "whole seconds, and never less than the whole time to live"


class TokenDesk(RuleBasedStateMachine):
    """Attempts begin and end in any order, news come twice; a model keeps what each token must be."""

    @initialize()
    def begin(self) -> None:
        self.over: set[int] = set()  # executions that have really ended
        self.desk = Desk(alive=lambda execution: execution not in self.over)
        self.now = 0
        self.tokens: dict[int, Token] = {}  # execution → its token

    executions = st.integers(1, 12)

    @staticmethod
    def job(execution: int) -> int:
        return execution % 3

    @rule(step=st.integers(0, 30))
    def time_passes(self, step: int) -> None:
        self.now += step * S

    @rule(execution=executions)
    def issue(self, execution: int) -> None:
        if execution not in self.over:  # Execution begins an attempt only when the one before has ended
            self.over |= {older for older in range(1, execution) if self.job(older) == self.job(execution)}
        token = self.desk.authority.book.get(self.job(execution))
        newest = 0 if token is None else token.execution
        said = self.desk.issue(self.now, execution, self.job(execution))
        known = self.tokens.get(execution)
        if isinstance(said, Refused):
            assert said.reason == "stale-token"
            assert execution in self.over or newest > execution or (known is not None and known.ended)
        else:
            assert known is None or known is said, "an execution gets one token ever"
            assert execution not in self.over or known is said
            self.tokens[execution] = said

    @rule(execution=executions)
    def exchange(self, execution: int) -> None:
        token = self.tokens.get(execution)
        if token is not None:
            before, due = token.state, self.now >= token.claims.exp * S
            said = self.desk.authority.exchange(self.now, self.job(execution), execution, token.signed, "secrets")
            if before == "ISSUED" and not due and execution not in self.over:
                assert said is token
            else:
                assert said.reason in ("replayed", "expired", "stale-token", "revoked")
                assert token.state != "EXCHANGED" or before == "EXCHANGED"

    @rule(execution=executions)
    def present(self, execution: int) -> None:
        token = self.tokens.get(execution)
        if token is not None:
            good = token.state == "EXCHANGED" and self.now < token.claims.exp * S and execution not in self.over
            said = self.desk.authority.present(self.now, self.job(execution), execution, token.signed, "secrets")
            assert (said is token) == good

    @rule(execution=executions, told=st.booleans())
    def end(self, execution: int, told: bool) -> None:
        self.over.add(execution)
        if told:
            self.desk.authority.end(self.now, self.job(execution), execution)

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def the_books_are_right(self) -> None:
        authority = self.desk.authority
        assert all(self.job(token.execution) == job for job, token in authority.book.items())
        kept = [token for token in authority.book.values() if not token.ended]
        assert kept == [token for token in authority.book.values() if self.tokens.get(token.execution) is token
                        and not token.ended]  # fmt: skip
        assert all(token.ended or token in kept for token in self.tokens.values())
        counts = authority.counts
        assert counts["issued"] == len(self.tokens)
        spent = [event.token for event in self.desk.events if isinstance(event, JobTokenExchanged)]
        assert len(spent) == len(set(spent)) == counts["exchanged"]


TestTokenDesk = TokenDesk.TestCase
TestTokenDesk.settings = settings(max_examples=60, stateful_step_count=40)


class Told:
    """A desk that hears of five executions of two jobs; `over` are those that have really ended."""

    def __init__(self) -> None:
        self.over: set[int] = set()
        self.desk = Desk(alive=lambda execution: execution not in self.over)
        self._handlers = execution_to_security.translate(self.desk.authority, lambda job: (3, ANN))

    def hear(self, event) -> None:
        if isinstance(event, ExecutionEnded):
            self.over.add(event.execution)
        self._handlers[type(event)](event)


def news() -> st.SearchStrategy[list]:
    """Starts and ends of five executions of two jobs, some of them twice, in any order."""
    started = [ExecutionStarted(0, n, n % 2, n, 1, 1) for n in range(1, 6)]
    ended = [ExecutionEnded(0, n, n % 2, n, n, 1, 1, "COMPLETED", "", 1) for n in range(1, 6)]
    return st.lists(st.sampled_from(started + ended), max_size=8).flatmap(
        lambda again: st.permutations(started + ended + again)
    )


@given(news())
@settings(max_examples=200)
def test_doubled_and_reordered_news_leave_no_token_behind(news) -> None:
    told = Told()
    authority = told.desk.authority
    for event in news:
        told.hear(event)
        assert not {token.execution for token in authority.book.values()} & told.over
    assert not authority.book
    assert authority.counts["issued"] <= 5
    assert not any(isinstance(event, AccessDenied) for event in told.desk.events), "nobody is accused for late news"


@given(news())
def test_a_second_delivery_of_everything_changes_nothing(news) -> None:
    told = Told()
    for event in news:
        told.hear(event)
    counts, published = told.desk.authority.counts, len(told.desk.events)
    for event in news:
        told.hear(event)
    assert (told.desk.authority.counts, len(told.desk.events)) == (counts, published)


def test_an_unknown_job_gets_no_token() -> None:
    desk = Desk()
    handlers = execution_to_security.translate(desk.authority, lambda job: None)
    handlers[ExecutionStarted](ExecutionStarted(0, 1, 1, 1, 1, 1))
    assert not desk.authority.book


def test_an_execution_that_is_known_to_be_over_gets_nothing_although_the_news_is_late() -> None:
    alive = {9, 10}
    desk = Desk(alive=alive.__contains__)
    spent, unspent = desk.exchanged(0, 9, 7), desk.issue(0, 10, 8)
    assert desk.authority.present(1, 7, 9, spent.signed, "secrets") is spent
    alive.clear()
    assert desk.authority.present(1, 7, 9, spent.signed, "secrets").reason == "stale-token"
    assert desk.authority.exchange(1, 8, 10, unspent.signed, "secrets").reason == "stale-token"
    assert desk.issue(1, 11, 9).reason == "stale-token"

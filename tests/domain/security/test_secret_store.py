"""A secret goes to the live attempt that may have it and to nobody else; each no has a name and is written down."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from domain.contracts.security import AccessDenied, SecretReleased
from domain.security.secret_store import Secret, SecretStore
from domain.security.tokens import Holder
from domain.shared.refusals import Refused
from tests.domain.security.parts import ANN, FORK, Desk, S

DB, KEY, MINE = Secret("db"), Secret("key", environment="production"), Secret("mine", tenant="web", jobs=("build",))
RELEASE = Holder("web", "release", environment="production")
APP = Holder("app", "build")


class Vault(Desk):
    def __init__(self) -> None:
        super().__init__()
        self.store = SecretStore([DB, KEY, MINE], self.authority, "secrets", self.audit, self.events.append)

    def ask(self, holder, name, now=1, **shown):
        """What an attempt of this holder hears; `execution` and `signed` replace what it shows."""
        token = self.exchanged(0, 9, 7, holder)
        return self.store.release(
            now, name, 7, shown.get("execution", 9), shown.get("signed", token.signed), holder.tenant
        )


@pytest.mark.parametrize(
    ("holder", "name", "answer"),
    [
        (ANN, "db", DB),
        (ANN, "mine", MINE),
        (RELEASE, "key", KEY),
        (ANN, "key", "other-environment"),
        (RELEASE, "mine", "other-job"),
        (APP, "mine", "other-tenant"),
        (APP, "db", DB),
        (ANN, "nothing", "unknown-secret"),
        (FORK, "db", "untrusted"),
        (FORK, "mine", "untrusted"),
        (FORK, "nothing", "untrusted"),
    ],
)
def test_who_may_have_which_secret(holder, name, answer) -> None:
    vault = Vault()
    said = vault.ask(holder, name)
    assert (said.reason if isinstance(said, Refused) else said) == answer
    last = vault.events[-1]
    if isinstance(said, Refused):
        assert last == AccessDenied(1, holder.tenant, "", "release-secret", answer, 9)
        assert vault.audit.by_reason()["release-secret", answer] == 1
    else:
        assert last == SecretReleased(1, name, 9, 1, holder.tenant)
        assert vault.audit.by_reason()["release-secret", "granted"] == 1


@pytest.mark.parametrize(
    ("shown", "now", "reason"),
    [
        ({"execution": 8}, 1, "stale-token"),
        ({"signed": b"forged"}, 1, "bad-signature"),
        ({}, 60 * S, "expired"),
    ],
)
def test_the_token_is_looked_at_before_the_secret(shown, now, reason) -> None:
    vault = Vault()
    for name in ("db", "nothing"):
        fresh = Vault()
        assert fresh.ask(ANN, name, now, **shown).reason == reason
    assert vault.store.counts == {"db": [0, 0], "key": [0, 0], "mine": [0, 0]}


def test_it_is_counted_how_often_each_secret_was_given_and_refused() -> None:
    vault = Vault()
    token = vault.exchanged(0, 9, 7, ANN)
    for name in ("db", "db", "key", "nothing"):
        vault.store.release(1, name, 7, 9, token.signed, "web")
    assert vault.store.counts == {"db": [2, 0], "key": [0, 1], "mine": [0, 0]}


def test_a_token_that_was_not_exchanged_opens_nothing() -> None:
    vault = Vault()
    token = vault.issue(0, 9, 7)
    assert vault.store.release(1, "db", 7, 9, token.signed, "web").reason == "not-exchanged"


class Asking(RuleBasedStateMachine):
    """Attempts of one job come and go, forks among them; everybody keeps asking with every token there ever was."""

    @initialize()
    def begin(self) -> None:
        self.vault = Vault()
        self.now = 0
        self.ever: list = []
        self.live: dict[int, tuple] = {}  # execution → (token, holder)
        self.next = 1

    @rule(step=st.integers(0, 40))
    def time_passes(self, step: int) -> None:
        self.now += step * S

    @rule(holder=st.sampled_from((ANN, FORK, RELEASE, APP)), job=st.integers(1, 3))
    def start(self, holder, job: int) -> None:
        token = self.vault.exchanged(self.now, self.next, job, holder)
        self.live = {one: pair for one, pair in self.live.items() if pair[0].claims.job != job}
        self.live[self.next] = (token, holder)
        self.ever.append(token)
        self.next += 1

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def end(self, data) -> None:
        execution = data.draw(st.sampled_from(sorted(self.live)))
        self.vault.authority.end(self.now, self.live.pop(execution)[0].claims.job, execution)

    @precondition(lambda self: self.ever)
    @rule(data=st.data(), name=st.sampled_from(("db", "key", "mine")))
    def ask(self, data, name: str) -> None:
        shown, posed = data.draw(st.sampled_from(self.ever)), data.draw(st.sampled_from(self.ever))
        said = self.vault.store.release(self.now, name, posed.claims.job, posed.execution, shown.signed, "web")
        token, holder = self.live.get(posed.execution, (None, None))
        may = token is not None and shown is posed is token and not self.now >= token.claims.exp * S
        may = may and holder.trust == "trusted" and {
            "db": True, "key": holder is RELEASE, "mine": holder is ANN
        }[name]  # fmt: skip
        assert isinstance(said, Secret) == may
        if not may:
            assert isinstance(self.vault.events[-1], AccessDenied)


TestAsking = Asking.TestCase
TestAsking.settings = settings(max_examples=60, stateful_step_count=30)

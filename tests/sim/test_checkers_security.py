"""Each checker of security objects when its promise is broken, and lets pass what is right."""

import pytest

from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import JobQueued, PipelineHeld, PipelineStarted
from domain.contracts.security import JobTokenExchanged, SecretReleased, SessionEnded, SessionOpened
from domain.contracts.workers import MachineOrdered
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken
from sim.checkers_security import EverySessionIsLive, SecretsNeedLiveTokens, UntrustedStaysApart

ONE = Resources(1000)
FORK = PipelineStarted(0, 1, "web", 1, "pull_request", "eve", "main", "untrusted")
OURS = PipelineStarted(0, 1, "web", 1, "push", "", "main", "trusted")
QUEUED = JobQueued(0, 7, 1, "web", "build", ONE, (), 1, 0)
ORDERED = MachineOrdered(0, 3, "own", "own/linux", ONE, ())
BEGAN = ExecutionStarted(0, 9, 7, 1, 1, 3)
OVER = ExecutionEnded(1, 9, 7, 1, 1, 1, 3, "LOST", "infra", 1)
TOKEN = JobTokenExchanged(1, 5, 9, 7, "web", "trusted", 100)
SECRET = SecretReleased(2, "db", 9, 5, "web")


def tell(checker, *events) -> list[str]:
    handlers = checker.subscriptions()
    for event in events:
        handlers[type(event)](event)
    return list(checker.at_end())


def test_the_checker_of_isolation_objects() -> None:
    checker = UntrustedStaysApart({"own/linux": "trusted"})
    with pytest.raises(PromiseBroken, match="untrusted code runs only where it may, not on own/linux"):
        tell(checker, ORDERED, FORK, QUEUED, BEGAN)
    tell(UntrustedStaysApart({"own/linux": "any"}), ORDERED, FORK, QUEUED, BEGAN)
    with pytest.raises(PromiseBroken, match="trusted code"):
        tell(UntrustedStaysApart({"own/linux": "untrusted"}), ORDERED, OURS, QUEUED, BEGAN)


@pytest.mark.parametrize(
    ("events", "promise"),
    [
        ((OURS, QUEUED, BEGAN, TOKEN, OVER, SECRET), "a live token only"),
        ((OURS, QUEUED, BEGAN, SECRET), "a live token only"),
        ((OURS, QUEUED, BEGAN, TOKEN, SecretReleased(100, "db", 9, 5, "web")), "a live token only"),
        ((OURS, QUEUED, BEGAN, TOKEN, ExecutionStarted(2, 10, 7, 2, 1, 3), SECRET), "a live attempt only"),
        ((OURS, QUEUED, BEGAN, TOKEN, SecretReleased(2, "db", 9, 5, "app")), "stays with its tenant"),
        ((OURS, QUEUED, BEGAN, TOKEN, SecretReleased(2, "theirs", 9, 5, "web")), "stays with its tenant"),
        ((OURS, QUEUED, BEGAN, TOKEN, TOKEN), "exchanged once"),
        ((OURS, QUEUED, TOKEN), "only a live execution"),
        ((FORK, QUEUED, BEGAN, TOKEN), "a token is for"),
        ((FORK, QUEUED, BEGAN, JobTokenExchanged(1, 5, 9, 7, "web", "untrusted", 100), SECRET), "gets no secret"),
        ((OURS, QUEUED, BEGAN, JobTokenExchanged(100, 5, 9, 7, "web", "trusted", 100)), "never exchanged"),
    ],
)
def test_the_checker_of_secrets_objects(events, promise) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        tell(SecretsNeedLiveTokens({"db": "", "theirs": "app"}), *events)


def test_the_checker_of_secrets_lets_pass_what_is_right_and_misses_what_never_ends() -> None:
    right = (OURS, QUEUED, BEGAN, TOKEN, SECRET)
    assert tell(SecretsNeedLiveTokens({"db": ""}), *right) == ["1 job tokens never ended"]
    assert tell(SecretsNeedLiveTokens({"db": "web"}), *right, OVER) == []


def test_the_checker_of_sessions_objects() -> None:
    opened = SessionOpened(0, 1, 1, "web", "ann", 100)
    push = PipelineStarted(5, 1, "web", 1, "push", "ann", "main", "trusted")
    assert tell(EverySessionIsLive(50), opened, push) == ["1 sessions never ended"]
    assert tell(EverySessionIsLive(50), opened, push, SessionEnded(9, 1, 1, "CLOSED")) == []
    held = PipelineHeld(5, 1, "web", 1, "deploy", "push", "ann", "main", "trusted")
    late = PipelineStarted(900, 1, "web", 1, "push", "ann", "main", "trusted", "deploy")
    closed = SessionEnded(9, 1, 1, "CLOSED")
    assert tell(EverySessionIsLive(50), opened, held, closed, late) == [], "it was let in before"
    for events in (
        (held,),
        (push,),
        (opened, PipelineStarted(5, 1, "app", 1, "push", "ann", "main", "trusted")),
        (opened, PipelineStarted(50, 1, "web", 1, "push", "ann", "main", "trusted")),
        (opened, SessionEnded(3, 1, 1, "CLOSED"), push),
        (opened, opened),
    ):
        with pytest.raises(PromiseBroken):
            tell(EverySessionIsLive(50), *events)

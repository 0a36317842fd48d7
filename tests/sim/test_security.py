"""Security in a run: forks stay apart, secrets stay safe, users come and go, and the figures say so."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from domain.acl.security_to_scheduling import Placement
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import JobEnded, JobQueued, PipelineStarted
from domain.contracts.scheduling import JobPlaced
from domain.contracts.security import AccessDenied, JobTokenExchanged, SecretReleased, SessionEnded, SessionOpened
from scenarios.loader import resolve_policies
from scenarios.spec import Scenario
from sim.checkers import PromiseBroken
from sim.results import RunResult
from sim.run import Stalled, simulate

SMALL = {"cpu": "1cpu", "memory": "1GiB"}
JOBS = {
    "build": {
        "resources": SMALL, "duration": {"exponential": {"mean": "2m"}}, "secrets": ["registry"],
        "permissions": ["cache"],
    },
    "ship": {
        "resources": SMALL, "duration": "1m", "needs": ["build"], "environment": "production", "secrets": ["key"],
    },
}  # fmt: skip
POOLS = {
    "linux": {"nodes": 3, "capacity": {"cpu": "4cpu", "memory": "16GiB"}},
    "forks": {"nodes": 1, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "trust": "untrusted"},
}
SECURITY: dict[str, Any] = {
    "exchange": {"exponential": {"mean": "300ms"}},
    "roles": {
        "dev": [{"allow": "run"}, {"allow": "cache"}],
        "lead": [{"allow": "run"}, {"allow": "deploy", "environments": ["production"]}],
        "guest": [{"allow": "run"}],
    },
    "members": ["dev"],
    "outsiders": ["guest"],
    "users": {"web-1": {"tenant": "web", "roles": ["lead"]}},
    "environments": {"production": {"tenants": ["web"]}},
    "secrets": {"registry": {}, "key": {"environment": "production", "tenant": "web"}},
}


@pytest.fixture
def secured() -> Callable[..., Scenario]:
    """`secured(security={…}, pools={…}, …)`: six hours of pushes and of pull requests, 30 % of all from forks."""

    def make(security: dict | None = None, pools: dict | None = None, jobs: dict = JOBS, **changes: Any) -> Scenario:
        pushes = {
            "rate": "60/h", "events": {"pull_request": 3, "push": 2}, "forks": 0.5, "users": 3,
        }  # fmt: skip
        return Scenario.model_validate(
            {
                "name": "secured",
                "seed": 5,
                "horizon": "6h",
                "tenants": {"web": {}, "app": {}},
                "workload": {"synthetic": {"pushes": pushes, "jobs": jobs}},
                "fleet": {"providers": {"own": {"pools": POOLS | (pools or {})}}},
                "security": SECURITY | (security or {}),
                **changes,
            }
        )

    return make


def run(scenario: Scenario) -> tuple[RunResult, list]:
    events: list = []
    (policy,) = resolve_policies(scenario)
    result = simulate(scenario, policy, check=True, event_sink=lambda batch, causes: events.extend(batch))
    return result, events


def of(kind: type, events: list) -> list:
    return [event for event in events if isinstance(event, kind)]


def table(result: RunResult, title: str) -> dict:
    """A table of the security context: what stands first in a row → the rest."""
    found = next(one for one in result.contexts if (one.context, one.title) == ("security", title))
    return {row[0]: row[1:] for row in found.rows}


def decisions(result: RunResult) -> dict[tuple[str, str], int]:
    found = next(one for one in result.contexts if (one.context, one.title) == ("security", "Decisions"))
    return {(action, reason): times for action, _, reason, times in found.rows}


def test_every_promise_holds_with_thirty_percent_forks(secured) -> None:
    result, events = run(secured())
    started = of(PipelineStarted, events)
    forks = [event.pipeline for event in started if event.trust == "untrusted"]
    assert 0.2 < len(forks) / len(started) < 0.4
    tokens = of(JobTokenExchanged, events)
    assert len(tokens) == len(of(ExecutionStarted, events))
    isolation = table(result, "Isolation")
    assert isolation["own/linux"][2] == 0
    assert isolation["own/forks"][1] == 0
    untrusted = sum(token.trust == "untrusted" for token in tokens)
    assert isolation["own/forks"][2] == untrusted > 50
    assert {event.secret for event in of(SecretReleased, events)} == {"registry", "key"}
    said = decisions(result)
    assert said["release-secret", "untrusted"] == table(result, "Secrets")["registry"][1] > 50
    assert said["enter-environment", "untrusted"] > 0
    assert said["enter-environment", "no-grant"] > 0
    assert said["enter-environment", "other-tenant"] > 0
    assert table(result, "Deployments")["done"][0] == said["deploy", "granted"] > 0
    counts = {name: times for name, (times,) in table(result, "Job tokens").items()}
    assert counts["issued"] == counts["exchanged"] == counts["revoked"] + counts["expired"]
    assert len(of(AccessDenied, events)) == sum(n for (_, reason), n in said.items() if reason != "granted")


def test_who_may_not_deploy_fails_once_and_is_not_tried_again(secured) -> None:
    _, events = run(secured())
    refused = {event.execution for event in of(AccessDenied, events) if event.action == "enter-environment"}
    ended = {event.execution: event for event in of(ExecutionEnded, events)}
    assert refused
    assert {(ended[one].state, ended[one].cause) for one in refused} == {("FAILED", "user")}
    jobs = {ended[one].job for one in refused}
    assert {event.attempts for event in of(JobEnded, events) if event.job in jobs} == {1}


def test_both_signers_give_the_same_run(secured) -> None:
    cheap, _ = run(secured(horizon="1h"))
    eddsa, _ = run(secured({"signer": "eddsa"}, horizon="1h"))
    assert cheap.digest == eddsa.digest


def test_without_outsiders_forks_are_refused_at_the_door(secured) -> None:
    result, events = run(secured({"outsiders": []}))
    assert not [event for event in of(PipelineStarted, events) if event.trust == "untrusted"]
    assert decisions(result)["start-pipeline", "no-grant"] > 50


def test_strangers_are_refused_at_the_door(secured) -> None:
    result, events = run(secured({"members": []}))
    assert {event.actor for event in of(PipelineStarted, events) if event.trust == "trusted"} == {"web-1"}
    assert decisions(result)["start-pipeline", "unknown-user"] > 0


def test_a_suspended_user_is_refused_until_reinstated_and_loses_session_and_tokens(secured) -> None:
    user = {"tenant": "web", "roles": ["dev"], "suspended_from": "2h", "suspended_until": "4h", "deleted_at": "5h"}
    result, events = run(secured({"users": {"web-2": user}}))
    hours = Counter(
        event.at_us // 3_600_000_000
        for event in of(PipelineStarted, events)
        if event.actor == "web-2" and event.trust == "trusted"
    )
    assert set(hours) == {0, 1, 4}
    said = decisions(result)
    assert said["start-pipeline", "suspended-user"] > 0
    assert said["start-pipeline", "deleted-user"] > 0
    assert "REVOKED" in {event.state for event in of(SessionEnded, events)}


def test_sessions_expire_by_idleness_and_by_age(secured) -> None:
    limits = {"ttl": "2h", "idle": "10m"}
    patient, events = run(secured({"session": limits}))
    sessions = table(patient, "Sessions")
    assert sessions["opened"][0] == len(of(SessionOpened, events)) == len(of(SessionEnded, events))
    assert sessions["expired"][0] > 10
    strict, _ = run(secured({"session": limits | {"expired": "refuse"}}))
    assert decisions(strict)["start-pipeline", "session-expired"] > 10
    assert ("start-pipeline", "session-expired") not in decisions(patient)


def test_a_token_that_lives_too_short_expires_before_its_exchange(secured) -> None:
    result, events = run(secured({"token_ttl": "1s", "exchange": {"exponential": {"mean": "2s"}}}))
    assert decisions(result)["exchange-token", "expired"] > 50
    assert table(result, "Job tokens")["expired"][0] > 50
    causes = {event.cause for event in of(ExecutionEnded, events) if event.reason == "token-exchange"}
    assert causes == {"infra"}, "tried again"


def test_a_deployment_with_an_expired_token_is_refused(secured) -> None:
    result, _ = run(secured({"token_ttl": "30s"}))
    assert decisions(result)["deploy", "expired"] > 0
    assert table(result, "Deployments")["done"] == (0,)


def test_missing_secrets_may_fail_the_attempt(secured) -> None:
    lenient, _ = run(secured())
    strict, events = run(secured({"refused_secret": "fail"}))
    trust = {event.execution: event.trust for event in of(JobTokenExchanged, events)}
    failed = [event for event in of(ExecutionEnded, events) if event.reason == "access-denied"]
    assert {trust[event.execution] for event in failed} >= {"untrusted"}
    assert {event.cause for event in failed} == {"user"}
    assert lenient.digest != strict.digest


def test_roles_bind_people_to_pools(secured) -> None:
    pools = {"small": {"nodes": 1, "capacity": {"cpu": "4cpu", "memory": "16GiB"}}}
    roles = SECURITY["roles"] | {"dev": [{"allow": "run", "pools": ["small"]}]}
    _, events = run(secured({"roles": roles}, pools))
    actor = {event.pipeline: event.actor for event in of(PipelineStarted, events) if event.trust == "trusted"}
    pipeline = {event.job: event.pipeline for event in of(JobQueued, events)}
    went: dict[bool, set] = {True: set(), False: set()}
    for event in of(JobPlaced, events):
        who = actor.get(pipeline[event.job])
        if who is not None:
            went[who == "web-1"].add(event.pool)
    assert went[False] == {"own/small"}
    assert went[True] == {"own/small", "own/linux"}


def test_untrusted_code_without_a_pool_never_runs(secured) -> None:
    """The rules of the file would refuse this scenario; from Python nobody asks them."""
    pools = {"forks": POOLS["forks"] | {"trust": "trusted"}}
    with pytest.raises(Stalled):
        run(secured(pools=pools, horizon="1h"))
    jobs = {name: job | {"max_queue_time": "10m"} for name, job in JOBS.items()}
    _, events = run(secured(pools=pools, jobs=jobs, horizon="1h"))
    assert {event.trust for event in of(JobTokenExchanged, events)} == {"trusted"}
    assert "EXPIRED" in {event.state for event in of(JobEnded, events)}


def test_commits_refuse_a_wrong_place_although_nobody_asked_for_a_right_one(secured, monkeypatch) -> None:
    """Two defences: with the constraint taken away, the admission of offers still keeps untrusted code apart."""
    monkeypatch.setattr(Placement, "require", lambda self, event, requirements: requirements)
    result, _ = run(secured())
    isolation = table(result, "Isolation")
    assert isolation["own/linux"][2] == isolation["own/forks"][1] == 0
    assert isolation["own/forks"][2] > 50


def test_the_checker_sees_it_when_both_defences_are_down(secured, monkeypatch) -> None:
    monkeypatch.setattr(Placement, "require", lambda self, event, requirements: requirements)
    monkeypatch.setattr(Placement, "admit", lambda self, demand, node: None)
    with pytest.raises(PromiseBroken, match="runs only where it may"):
        run(secured())


def test_lost_workers_that_ask_again_get_nothing(secured) -> None:
    faults = {"crashes": {"rate": "2/h", "comes_back": "2m"}}
    result, events = run(secured({"lost_workers": {"after": "20s"}}, faults=faults))
    assert "LOST" in {event.state for event in of(ExecutionEnded, events)}
    said = decisions(result)
    assert said["release-secret", "stale-token"] > 0
    assert said["exchange-token", "stale-token"] > 0


def test_news_that_come_twice_or_late_open_nothing(secured) -> None:
    """Tokens may be asked for before the news of their attempt, and outlive the news of its end; secrets do not."""
    delivery = {"duplicate": 300_000, "reorder": 300_000, "delay": {"exponential": {"mean": "3s"}}}
    faults = {"crashes": {"rate": "2/h", "comes_back": "2m"}, "delivery": delivery}
    result, events = run(secured({"lost_workers": {"after": "1s"}}, faults=faults))
    tokens = of(JobTokenExchanged, events)
    assert len({token.execution for token in tokens}) == len(tokens) > 300
    counts = {name: times for name, (times,) in table(result, "Job tokens").items()}
    assert counts["issued"] == counts["revoked"] + counts["expired"]


def test_a_run_without_security_has_nothing_of_it(scenario) -> None:
    result, events = run(scenario())
    assert not [one for one in result.contexts if one.context == "security"]
    assert "tokens_issued" not in result.work
    assert not [event for event in events if type(event).__module__ == "domain.contracts.security"]

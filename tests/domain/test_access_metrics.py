"""Security in metrics: what was asked for, what was given, and why not."""

from domain.contracts import security as s
from domain.telemetry.access import AccessMetrics


def told(*events: object) -> dict[str, dict[tuple[str, ...], int]]:
    """Metric → values of the tags, sorted by their names → count; without series nothing is there."""
    access = AccessMetrics()
    access.hear(events)
    return {
        metric.name.removeprefix("windtunnel.security."): {tuple(v for _, v in tags): p.value for tags, p in metric}
        for metric in access.metrics
        if len(metric)
    }


def test_a_token_is_exchanged_or_refused_with_the_reason() -> None:
    found = told(
        s.JobTokenExchanged(1, 5, 9, 7, "web", "trusted", 60),
        s.AccessDenied(2, "web", "", "exchange-token", "stale-token", 9),
        s.AccessDenied(3, "", "", "exchange-token", "barred-user", 9),
        s.JobTokenEnded(4, 5, 9, "EXPIRED", "expired"),
    )
    assert found["token.exchanges"] == {
        ("allowed", "web"): 1, ("stale-token", "denied", "web"): 1, ("barred-user", "denied"): 1,
    }  # fmt: skip
    assert found["token.ended"] == {("expired", "expired"): 1}
    assert found["denials"] == {("stale-token", "exchange-token", "web"): 1, ("barred-user", "exchange-token"): 1}


def test_secrets_deployments_and_sessions() -> None:
    found = told(
        s.SessionOpened(1, 4, 2, "web", "ann", 100),
        s.SessionOpened(1, 5, 3, "web", "bob", 100),
        s.SecretReleased(2, "registry", 9, 5, "web"),
        s.AccessDenied(2, "web", "", "release-secret", "untrusted", 9),
        s.DeploymentAllowed(3, 9, "production", "web"),
        s.SessionEnded(8, 4, 2, "CLOSED"),
        s.SessionEnded(9, 77, 2, "CLOSED"),  # of one that nobody saw open
    )
    assert found["secret.requests"] == {("allowed", "registry", "web"): 1, ("untrusted", "denied", "web"): 1}
    assert found["deployments"] == {("production", "web"): 1}
    assert found["session.active"] == {("web",): 1}

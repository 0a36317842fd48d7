"""The rules about backfilling and rounds: what they cannot be combined with, and which options belong together."""

from collections.abc import Iterator

from scenarios.fits import FLEET, classes
from scenarios.problems import Finding, Path
from scenarios.quantities import DURATION
from scenarios.spec import Scenario, Scheduling

FIELDS = frozenset({"backfill", "backfill_options", "rounds", "decision_time", "estimates"})


def backfill_findings(scenario: Scenario) -> Iterator[Finding]:
    base = scenario.scheduling
    if not scenario.policies:
        yield from _rules(("scheduling",), base, scenario)
    for name, override in scenario.policies.items():
        changed = {field: value for field, value in override if value is not None}
        own: Path = ("policies", name) if FIELDS & changed.keys() else ("scheduling",)
        yield from _rules(own, base.model_copy(update=changed), scenario)


def _rules(path: Path, scheduling: Scheduling, scenario: Scenario) -> Iterator[Finding]:
    rounds, options = scheduling.rounds, scheduling.backfill_options
    if scheduling.estimates == "requested" and (
        scenario.workload.trace is None or scenario.workload.trace.format != "swf"
    ):
        allowed = "history or exact: only a trace in the format swf says what users requested"
        yield Finding((*path, "estimates"), "requested", allowed, (("workload",),))
    if rounds.per == "event" and scheduling.decision_time:
        found = f"event, with a decision_time of {DURATION.format(scheduling.decision_time)}"
        yield Finding((*path, "rounds", "per"), found, "moment, or a decision_time of 0s", ((*path, "decision_time"),))
    if rounds.expected_ends == "free-at-once" and rounds.per != "event":
        yield Finding((*path, "rounds", "expected_ends"), "free-at-once", "in-turn, or rounds.per: event")
    if scheduling.backfill == "none":
        if rounds.on_arrival == "if-it-fits":
            yield Finding((*path, "rounds", "on_arrival"), "if-it-fits", "always, or with backfill only")
        return
    if options.reservation == "kept" and options.extra != "none":
        allowed = "none where reservation is kept: what is spare changes from round to round"
        yield Finding((*path, "backfill_options", "extra"), options.extra, allowed)
    where, what = (*path, "backfill"), scheduling.backfill
    for (with_what, at), need in _hindrances(scheduling, scenario):
        yield Finding(where, f"{what}, with {with_what}", need, (at,))


def _hindrances(scheduling: Scheduling, scenario: Scenario) -> Iterator[tuple[tuple[str, Path], str]]:
    """What reservations do not know of; at most one of each kind."""
    if scheduling.decision is not None and (scheduling.decision.per_job or scheduling.decision.per_task):
        yield ("a decision that takes time", ("scheduling", "decision")), "none, or no decision"
    if scheduling.decision_time:
        yield ("a decision_time", ("scheduling", "decision_time")), "none, or a decision_time of 0s"
    for provider, one in scenario.fleet.providers.items():
        for name, pool in one.pools.items():
            if pool.nodes.min != pool.nodes.max:
                at = (*FLEET, provider, "pools", name, "nodes")
                yield (f"a pool {name} that follows demand", at), "none, or pools of a fixed size: nodes: 10"
                break
    for name, tenant in scenario.tenants.items():
        if tenant.quota is not None or tenant.accepts:
            yield (f"a tenant {name} that has a quota or declines offers", ("tenants", name)), "none, or no such tenant"
            break
    for at, job in classes(scenario):
        if job.affinity or job.spread or job.gang > 1:
            yield (f"jobs {at[-1]} that have affinity, spread or a gang", at), "none, or jobs without such rules"
            break
    trace = scenario.workload.trace
    if trace is not None and trace.swf is not None and trace.swf.places == "gang":
        yield ("a place per processor", ("workload", "trace", "swf", "places")), "none, or places: one"
    for field in ("preemption", "sampling", "coordination"):
        if getattr(scheduling, field, None) not in (None, "monolithic"):
            yield (field, ("scheduling", field)), f"none, or no {field}"

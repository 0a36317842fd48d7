"""The rules about several schedulers: each has tenants, time to decide, and a model that uses what is said."""

from collections.abc import Iterator

from domain.scheduling.coordination.models import MONOLITHIC, PARTITIONED, SHARED_STATE, TWO_LEVEL
from domain.scheduling.policies import PLACEMENTS, facts_of, is_per_row
from scenarios.fits import FLEET, classes
from scenarios.problems import Finding, Path, choices, show
from scenarios.quantities import DURATION
from scenarios.schedulers import decides_in_us
from scenarios.semantics_gangs import has_gangs
from scenarios.spec import Scenario, Scheduling
from scenarios.spec_coordination import SchedulerSpec

ONLY_WITH = {"conflicts": SHARED_STATE, "snapshot": SHARED_STATE, "turn": TWO_LEVEL, "slice": TWO_LEVEL}
"""Field → the only model that uses it."""
SEVERAL = ("batch", "commit")
OF_THE_TRUTH = ("departs_us", "ends_us", "missing")
"""Facts of a node that are in no snapshot of it."""


def coordination_findings(scenario: Scenario) -> Iterator[Finding]:
    """Of every policy as it comes out: what `scheduling` says may be meant for some of them only."""
    base = scenario.scheduling
    if not scenario.policies:
        yield from _of(scenario, ("scheduling",), base, base.model_fields_set)
    for name, override in scenario.policies.items():
        changes = {field: value for field, value in override if value is not None}
        changed = base.model_fields_set | set(changes)
        yield from _of(scenario, ("policies", name), base.model_copy(update=changes), changed)


def _of(scenario: Scenario, path: Path, scheduling: Scheduling, changed: set[str]) -> Iterator[Finding]:
    model = scheduling.coordination or MONOLITHIC
    if changed & {"coordination", "schedulers"}:
        yield from _schedulers(scenario, path, scheduling, model)
        if model != MONOLITHIC:
            yield from _nothing_else(scenario, path, scheduling, model)
    for field, only in ONLY_WITH.items():
        if field in changed and not scenario.policies and model != only:
            yield Finding((*path, field), "given", f"only with coordination: {only}, not {model}")
    for field in SEVERAL:
        if field in changed and not scenario.policies and model == MONOLITHIC:
            yield Finding((*path, field), "given", "only with several schedulers, not with coordination: monolithic")
    if changed & {"decision", "schedulers", "batch", "offer_ttl", "claim_lease", "coordination"}:
        yield from _time(path, scheduling, model)
        yield from _measured(path, scheduling, model)
    if "decision" in changed and scheduling.decision_time:
        yield Finding((*path, "decision"), "given beside decision_time", "one of the two: they say the same",
                      (("scheduling", "decision_time"),))  # fmt: skip


def _measured(path: Path, scheduling: Scheduling, model: str) -> Iterator[Finding]:
    """All schedulers of a policy are timed, or none."""
    written = scheduling.schedulers
    for name, one in written.items() if isinstance(written, dict) else ():
        if one.decision is not None and one.decision.measured is not None:
            where = (*path, "schedulers", name, "decision", "measured")
            allowed = "only under `decision` of the policy, for all its schedulers"
            yield Finding(where, "given", allowed, ((*path, "decision"),))
    if model == MONOLITHIC and scheduling.decision is not None and scheduling.decision.measured is not None:
        allowed = "only with several schedulers; partitioned among one is the same as monolithic"
        yield Finding((*path, "decision", "measured"), "given", allowed, (("scheduling", "decision"),))


def _schedulers(scenario: Scenario, path: Path, scheduling: Scheduling, model: str) -> Iterator[Finding]:
    written, tenants = scheduling.schedulers, list(scenario.tenants)
    where = (*path, "schedulers")
    count = len(written) if isinstance(written, dict) else written or 1
    if model == MONOLITHIC and count > 1:
        yield Finding(where, str(count), "1 with coordination: monolithic")
    if isinstance(written, dict):
        yield from _shares(where, written, tenants)
    elif count > len(tenants):
        yield Finding(where, str(count), f"at most {len(tenants)}, one for each tenant", (("tenants",),))


def _shares(where: Path, written: dict[str, SchedulerSpec], tenants: list[str]) -> Iterator[Finding]:
    """Every tenant has exactly one scheduler."""
    taken: dict[str, str] = {}
    for name, one in written.items():
        for index, tenant in enumerate(one.tenants):
            at = (*where, name, "tenants", index)
            if tenant not in tenants:
                yield Finding(at, f"no tenant {show(tenant)}", choices(tenant, tenants, True), (("tenants",),))
            elif tenant in taken:
                yield Finding(at, show(tenant), f"a tenant that {taken[tenant]} does not decide for already")
            taken.setdefault(tenant, name)
    left = [tenant for tenant in tenants if tenant not in taken]
    if left:
        yield Finding(where, f"nobody who decides for {', '.join(left)}", "every tenant with one of the schedulers",
                      (("tenants",),))  # fmt: skip


def _time(path: Path, scheduling: Scheduling, model: str) -> Iterator[Finding]:
    """Whoever has thought about a batch must still find its offers there."""
    written = scheduling.schedulers
    own = [one.decision for one in written.values()] if isinstance(written, dict) else [None]
    batch = (scheduling.batch or 1) if model != MONOLITHIC else 1
    longest = max(batch * sum(decides_in_us(scheduling, decision)) for decision in own)
    stands = min(scheduling.offer_ttl, scheduling.claim_lease or scheduling.offer_ttl)
    if longest >= stands and (longest > scheduling.decision_time or model != MONOLITHIC):
        what = f"{DURATION.format(longest)} to decide on a batch"
        allowed = f"less than offers and claims stand, which is {DURATION.format(stands)}"
        yield Finding((*path, "decision"), what, allowed, (("scheduling", "offer_ttl"),))


def _nothing_else(scenario: Scenario, path: Path, scheduling: Scheduling, model: str) -> Iterator[Finding]:
    """What several schedulers do not know how to keep yet."""
    where = (*path, "coordination")
    for name, tenant in scenario.tenants.items():
        guarantee = tenant.quota is not None and tenant.quota.guarantee is not None
        if tenant.quota is not None and (guarantee or model == TWO_LEVEL):
            what = "quotas" if model == TWO_LEVEL else "guarantees of quotas"
            yield Finding(where, model, f"monolithic where tenants have {what}", (("tenants", name, "quota"),))
            break
    if has_gangs(scenario):
        yield Finding(where, model, "monolithic where jobs have several parts (gang)", (("workload",),))
    if any(job.affinity or job.spread for _, job in classes(scenario)):
        yield Finding(where, model, "monolithic where jobs have affinity or spread", (("workload",),))
    for field, off in (("preemption", None), ("backfill", "none")):
        if getattr(scheduling, field) != off:
            yield Finding(where, model, f"monolithic with {field}", ((*path, field), ("scheduling", field)))
    if scheduling.sampling is not None and model != SHARED_STATE:
        allowed = "monolithic or shared-state with sampling: a sample is one of the whole fleet"
        yield Finding(where, model, allowed, ((*path, "sampling"), ("scheduling", "sampling")))
    placement = PLACEMENTS.get(scheduling.placement)
    if placement is not None and is_per_row(placement):
        asked = [fact for fact in facts_of(placement) if fact in OF_THE_TRUTH]
        if asked or model != SHARED_STATE:
            at_best = "monolithic" if asked else "monolithic or shared-state"
            yield Finding(where, model, f"{at_best} with placement: {scheduling.placement}",
                          ((*path, "placement"), ("scheduling", "placement")))  # fmt: skip
    count = len(scheduling.schedulers) if isinstance(scheduling.schedulers, dict) else scheduling.schedulers or 1
    if model == PARTITIONED:
        for provider_name, provider in scenario.fleet.providers.items():
            for name, pool in provider.pools.items():
                if pool.nodes.max != "unlimited" and pool.nodes.max < count:
                    at = (*FLEET, provider_name, "pools", name, "nodes")
                    allowed = f"at least {count}, a node for each scheduler"
                    yield Finding((*at, "max"), str(pool.nodes.max), allowed, (where,))

"""The rules of `thresholds`: each must parse, and name tenants, labels, pools and policies that the scenario has."""

from collections.abc import Iterator

from scenarios.problems import Finding, choices, show
from scenarios.spec import Scenario
from scenarios.threshold_source import ThresholdError
from scenarios.thresholds import Precision, Threshold, parse_threshold


def threshold_findings(scenario: Scenario) -> Iterator[Finding]:
    for index, text in enumerate(scenario.thresholds):
        try:
            check_names(parse_threshold(text), scenario)
        except ThresholdError as error:
            found = f"{error.found} in column {error.column} of {show(text)}"
            depends = (("policies",), ("tenants",), ("workload",), ("fleet",))
            yield Finding(("thresholds", index), found, error.allowed, depends)


def check_names(about: Threshold | Precision, scenario: Scenario) -> None:
    """Raise ThresholdError for a tenant, a label, a pool or a policy that the scenario does not have."""
    policies = policy_names(scenario)
    known = {"tenant": list(scenario.tenants), "label": _labels(scenario), "pool": _pools(scenario), "policy": policies}
    metric = about.metric
    for (key, value), column in zip(metric.selectors, metric.columns, strict=True):
        names = known.get(key) if key in (*metric.about.selectors, "policy") else None
        if names and value not in names:
            raise ThresholdError(about.text, column, f"no {key} {show(value)}", choices(value, names))
    if isinstance(about, Threshold) and about.delta:
        if about.against and about.against not in policies:
            found = f"no policy {show(about.against)}"
            raise ThresholdError(about.text, about.against_column, found, choices(about.against, policies))
        if len(policies) < 2:
            raise ThresholdError(about.text, 1, "delta", "only where there are two policies at least")


def policy_names(scenario: Scenario) -> list[str]:
    """As `scenarios.loader.resolve_policies` calls them."""
    base = scenario.scheduling
    return list(scenario.policies) or [f"{base.allocator}+{base.ordering}+{base.placement}"]


def _labels(scenario: Scenario) -> list[str]:
    """None where only the trace knows them: of a trace, every label is let through."""
    workload = scenario.workload
    if workload.synthetic is not None:
        return list(workload.synthetic.jobs)
    jobs = [job for pipeline in (workload.pipelines or {}).values() for job in pipeline.jobs.items()]
    return list(dict.fromkeys(job.label or name for name, job in jobs))


def _pools(scenario: Scenario) -> list[str]:
    """`provider/pool`, and the pool alone where no other has its name."""
    full = [(name, pool) for name, provider in scenario.fleet.providers.items() for pool in provider.pools]
    short = [pool for _, pool in full]
    return [f"{name}/{pool}" for name, pool in full] + [pool for pool in short if short.count(pool) == 1]

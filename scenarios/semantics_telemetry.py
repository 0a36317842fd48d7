"""The rules of `telemetry` that span several fields."""

from collections.abc import Iterator

from scenarios.problems import Finding, Path, choices, show
from scenarios.quantities import DURATION, PERCENT
from scenarios.spec import Scenario
from scenarios.spec_telemetry import BurnAlert, ObjectiveSpec

PATH: Path = ("telemetry", "objectives")
EVERY: Path = ("telemetry", "evaluate_every")

WITH_THRESHOLD = ("queue_wait", "pipeline_duration")
MOST_STEPS = 1_000_000
"""Windows are kept in steps of `evaluate_every`, 16 bytes each, per objective."""


def telemetry_findings(scenario: Scenario) -> Iterator[Finding]:
    if scenario.telemetry is None:
        return
    step = scenario.telemetry.evaluate_every
    for name, objective in scenario.telemetry.objectives.items():
        path = (*PATH, name)
        yield from _indicator(path, objective)
        yield from _filters(path, objective, scenario)
        if not 0 < objective.target < 1_000_000:
            yield Finding((*path, "target"), PERCENT.format(objective.target), "more than 0% and less than 100%")
        yield from _steps((*path, "window"), objective.window, step)
        for index, alert in enumerate(objective.alerts or ()):
            yield from _alert((*path, "alerts", index), objective, alert, step)


def _indicator(path: Path, objective: ObjectiveSpec) -> Iterator[Finding]:
    depends = ((*path, "indicator"),)
    if objective.indicator in WITH_THRESHOLD and objective.threshold is None:
        allowed = f"a duration with a unit such as 2m, for {objective.indicator}"
        yield Finding((*path, "threshold"), "nothing", allowed, depends)
    if objective.indicator not in WITH_THRESHOLD and objective.threshold is not None:
        allowed = f"with {' or '.join(WITH_THRESHOLD)} only"
        yield Finding((*path, "threshold"), DURATION.format(objective.threshold), allowed, depends)
    if objective.indicator == "pipeline_duration" and objective.label is not None:
        yield Finding((*path, "label"), show(objective.label), "no label: a pipeline has jobs of several", depends)


def _filters(path: Path, objective: ObjectiveSpec, scenario: Scenario) -> Iterator[Finding]:
    if objective.tenant is not None and objective.tenant not in scenario.tenants:
        allowed = choices(objective.tenant, scenario.tenants)
        yield Finding((*path, "tenant"), f"no tenant {show(objective.tenant)}", allowed, (("tenants",),))
    synthetic = scenario.workload.synthetic  # the labels of a trace are known when it is read
    if objective.label is not None and synthetic is not None and objective.label not in synthetic.jobs:
        where: Path = ("workload", "synthetic", "jobs")
        yield Finding((*path, "label"), f"no class {show(objective.label)}", choices(objective.label, synthetic.jobs),
                      (where,))  # fmt: skip


def _alert(path: Path, objective: ObjectiveSpec, alert: BurnAlert, step: int) -> Iterator[Finding]:
    yield from _steps((*path, "long"), alert.long, step)
    if alert.short > alert.long:
        allowed = f"at most long, which is {DURATION.format(alert.long)}"
        yield Finding((*path, "short"), DURATION.format(alert.short), allowed, ((*path, "long"),))
    if alert.short < step:
        allowed = f"at least telemetry.evaluate_every, which is {DURATION.format(step)}"
        yield Finding((*path, "short"), DURATION.format(alert.short), allowed, (EVERY,))
    most = 1_000_000 / (1_000_000 - objective.target) if objective.target < 1_000_000 else 0
    if most and alert.burn > most:
        allowed = f"at most {most:g}: with a target of {PERCENT.format(objective.target)} no budget burns faster"
        yield Finding((*path, "burn"), f"{alert.burn:g}", allowed, ((*path[:-2], "target"),))


def _steps(path: Path, window: int, step: int) -> Iterator[Finding]:
    if window > MOST_STEPS * step:
        allowed = f"at most {MOST_STEPS:,} times telemetry.evaluate_every, which is {DURATION.format(step)}"
        yield Finding(path, DURATION.format(window), allowed, (EVERY,))

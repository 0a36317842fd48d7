"""Artifacts join a run: attempts fetch images, caches and what they need, and store what they made."""

from collections.abc import Callable
from functools import cache, partial

from domain.acl import (
    artifacts_to_scheduling,
    execution_to_artifacts,
    orchestration_to_artifacts,
    scheduling_to_artifacts,
)
from domain.contracts.orchestration import PipelineEnded
from domain.shared.events import Translation
from scenarios.fits import classes
from scenarios.spec import Scenario
from scenarios.spec_artifacts import Stores
from sim.checkers_artifacts import ArtifactsInUseStay, CachesStayInBounds
from sim.contexts.artifact_figures import ArtifactFigures
from sim.contexts.artifact_phases import AttemptPhases
from sim.contexts.artifact_plans import MIB, Plan, Services, every_plan, plans_of, services_of
from sim.contexts.parts import Joined, Parts


def join(parts: Parts, check: bool) -> Joined:
    """Nothing at all where no class of jobs has an image, a cache or an artifact."""
    plans = every_plan(parts.scenario)
    if not plans:
        return Joined()
    stores = parts.scenario.artifacts or Stores()
    near_caches = wants_caches_near(parts.scenario)
    services = services_of(stores, near_caches, parts.bus.publish)
    phases = AttemptPhases(parts, services, plans_of(parts.scenario), stores.corrupt_uploads)
    _add_phases(parts, phases, plans)
    artifacts_to_scheduling.supply(parts.scheduler, services.disks, _names_of(parts.scenario))
    figures = ArtifactFigures(services, phases)
    capacity = stores.cache.capacity * MIB
    return Joined(
        observes=(
            figures.subscriptions(),
            execution_to_artifacts.translate(services.tokens, services.artifacts),
            phases.subscriptions(),
            orchestration_to_artifacts.translate(services.artifacts),
        ),
        hears=(
            scheduling_to_artifacts.translate(services.disks),
            _collect_in_time(parts, services, stores.collection_period),
            *([artifacts_to_scheduling.translate(parts.scheduler, services.disks)] if near_caches else []),
        ),
        checkers=(ArtifactsInUseStay(), CachesStayInBounds(capacity, stores.cache.per == "tenant")) if check else (),
        tables=partial(figures.tables, stores.cache.eviction),
        work=figures.work,
    )


def _names_of(scenario: Scenario) -> Callable[[str], tuple[str, ...]]:
    """What jobs of a label use that may lie on a node already: caches and the image."""
    plan_of = plans_of(scenario)

    @cache
    def names(label: str) -> tuple[str, ...]:
        plan = plan_of(label)
        if plan is None:
            return ()
        return (*(one.name for one in plan.caches), *([plan.image] if plan.image else []))

    return names


def wants_caches_near(scenario: Scenario) -> bool:
    """Whether any class of jobs wants to be where a cache is."""
    return any(rule.to.startswith("cache:") for _, job in classes(scenario) for rule in job.affinity)


def _add_phases(parts: Parts, phases: AttemptPhases, plans: list[Plan]) -> None:
    """Only what somebody uses; what takes time is followed by what is true after it."""
    preparing, uploading = parts.preparing, parts.uploading
    if parts.scenario.faults and parts.scenario.faults.delivery:
        preparing["introduction"] = phases.introduce
    if any(plan.image for plan in plans):
        preparing["image pull"] = phases.pull_image
    if any(plan.caches for plan in plans):
        preparing["cache restore"] = phases.restore_caches
        uploading["cache save"] = phases.save_caches
        uploading["caches saved"] = phases.caches_saved
    if any(plan.consumes for plan in plans):
        preparing["artifact download"] = phases.download
    if any(plan.produces for plan in plans):
        uploading["artifact upload"] = phases.upload
        uploading["artifacts uploaded"] = phases.uploaded
    if any(plan.promote for plan in plans):
        uploading["promotion"] = phases.promote


def _collect_in_time(parts: Parts, services: Services, period_us: int) -> Translation:
    """Look every `period_us` for what has expired, as long as anything will."""
    engine, artifacts = parts.engine, services.artifacts
    armed = False

    def pipeline_ended(event: PipelineEnded) -> None:
        nonlocal armed
        if not armed and artifacts.needs_looking_after:
            armed = True
            engine.after(period_us, look)

    def look(_: None) -> None:
        nonlocal armed
        artifacts.expire_due(engine.now)
        artifacts.collect(engine.now)
        armed = artifacts.needs_looking_after
        if armed:
            engine.after(period_us, look)

    return {PipelineEnded: pipeline_ended}

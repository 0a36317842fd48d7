"""From a scenario to what each class of jobs does with images, caches and artifacts, and to the services for it."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.artifacts.cache_store import CacheStore
from domain.artifacts.evictions import EVICTIONS
from domain.artifacts.links import Link
from domain.artifacts.node_disks import Image, NodeDisks
from domain.artifacts.retention import RetentionPolicy
from domain.artifacts.store import ArtifactStore, StoreLimits
from domain.artifacts.tokens import LiveTokens
from domain.artifacts.transfers import Transfers
from domain.shared.events import Publish
from scenarios.fits import classes
from scenarios.semantics_artifacts import label_of
from scenarios.spec import JobClass, Scenario
from scenarios.spec_artifacts import Stores

MIB, KIB = 1 << 20, 1 << 10


@dataclass(frozen=True, slots=True)
class CachePlan:
    """One cache of a class: `saves` are microseconds of work for an exact hit and for a prefix."""

    name: str
    key: str
    restore: tuple[str, ...]
    size_bytes: int
    saves: dict[str, int]
    changes_per_hour: float  # 0: never


@dataclass(frozen=True, slots=True)
class Plan:
    """What jobs of one class do."""

    image: str | None
    caches: tuple[CachePlan, ...]
    produces: tuple[tuple[str, int, float], ...]  # name, bytes, share whose content is new
    consumes: tuple[str, ...]
    promote: bool


@dataclass(frozen=True, slots=True)
class Services:
    """The whole context, as one run has it."""

    tokens: LiveTokens
    artifacts: ArtifactStore
    caches: CacheStore
    disks: NodeDisks
    transfers: Transfers
    link: Link


def plan_of(job: JobClass) -> Plan | None:
    """None where the class uses nothing of all this."""
    uses = job.artifacts
    if job.image is None and not job.caches and uses is None:
        return None
    return Plan(
        image=job.image,
        caches=tuple(
            CachePlan(
                name, cache.key, cache.restore, cache.size * MIB,
                {"exact": cache.saves, "prefix": _prefix(cache.saves, cache.saves_on_prefix), "miss": 0},
                cache.changes or 0.0,
            )
            for name, cache in job.caches.items()
        ),
        produces=tuple((name, one.size * MIB, one.unique) for name, one in uses.produces.items()) if uses else (),
        consumes=uses.consumes if uses else (),
        promote=job.promote,
    )  # fmt: skip


def plans_of(scenario: Scenario) -> Callable[[str], Plan | None]:
    """The plan of a label; jobs of one label do the same."""
    trace = scenario.workload.trace
    plans = {label_of(path, job): plan_of(job) for path, job in classes(scenario)}
    other = plan_of(trace.default) if trace else None
    return lambda label: plans.get(label, other)


def every_plan(scenario: Scenario) -> list[Plan]:
    """Those of all classes that use anything."""
    return [plan for _, job in classes(scenario) if (plan := plan_of(job)) is not None]


def services_of(stores: Stores, tell_nodes: bool, publish: Publish) -> Services:
    """The services of a run; `tell_nodes` where placement wants to know what lies on nodes."""
    tokens = LiveTokens()
    retention = RetentionPolicy(stores.retention, stores.promoted_retention or 0)
    artifacts = ArtifactStore(tokens, StoreLimits(retention, (stores.quota or 0) * MIB), publish)
    caches = CacheStore(
        tokens, stores.cache.capacity * MIB, EVICTIONS[stores.cache.eviction], stores.cache.per == "tenant",
        stores.default_ref, publish,
    )  # fmt: skip
    images = [
        Image(name, tuple((layer, size * MIB) for layer, size in image.layers.items()))
        for name, image in stores.images.items()
    ]
    disks = NodeDisks(stores.node_disk_cache * MIB, images, tell_nodes, publish)
    link = Link(stores.bandwidth * KIB, stores.latency)
    registry = Link(stores.image_bandwidth * KIB, stores.latency)
    return Services(tokens, artifacts, caches, disks, Transfers(tokens, caches, disks, link, registry, publish), link)


def _prefix(saves: int, on_prefix: int | None) -> int:
    return saves // 2 if on_prefix is None else on_prefix

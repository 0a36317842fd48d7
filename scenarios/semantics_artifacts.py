"""The rules about artifacts, caches and images: what is named exists, and what is asked for can happen."""

import re
from collections.abc import Iterator, Mapping

from scenarios.fits import classes as job_classes
from scenarios.problems import Finding, Path, choices, dotted, show
from scenarios.quantities import DURATION, SIZE
from scenarios.spec import JobClass, Scenario
from scenarios.spec_artifacts import CacheUse, Stores

ARTIFACTS: Path = ("artifacts",)
PLACES = ("ref", "label", "lock")
NEAR_CACHE = "cache:"


def artifacts(scenario: Scenario) -> Iterator[Finding]:
    """Every broken rule about what jobs store and fetch."""
    stores = scenario.artifacts or Stores()
    classes = list(job_classes(scenario))
    yield from _layers(stores)
    yield from _corruption(stores, classes)
    makers: dict[tuple[Path, str], str] = {}  # pipeline and artifact → class
    same: dict[str, tuple[Path, JobClass]] = {}
    near = dict.fromkeys((*stores.images, *(name for _, job in classes for name in job.caches)))
    for path, job in classes:
        yield from _image(path, job, stores)
        for name, cache in job.caches.items():
            if name in stores.images:
                allowed = "a name that no image has: `cache:` means either"
                yield Finding((*path, "caches", name), show(name), allowed, ((*ARTIFACTS, "images", name),))
            yield from _cache((*path, "caches", name), cache, stores)
        yield from _near(path, job, near)
        for name in job.artifacts.produces if job.artifacts else ():
            other = makers.setdefault((path[:-1], name), str(path[-1]))
            if other != path[-1]:
                allowed = f"a name of its own: class {other} makes one of that name"
                yield Finding((*path, "artifacts", "produces", name), show(name), allowed, (path[:-1],))
        if path != ("workload", "trace", "default"):  # of all labels that are not named
            yield from _label(path, job, same)
    every = dict(classes)
    for path, job in classes:
        yield from _consumes(path, job, every)


def label_of(path: Path, job: JobClass) -> str:
    """The label by which reports, and what jobs store, know a class that stands at `path`."""
    return getattr(job, "label", None) or str(path[-1])


def _label(path: Path, job: JobClass, same: dict[str, tuple[Path, JobClass]]) -> Iterator[Finding]:
    """Jobs of one label do the same with stores, in whichever pipeline they are written out."""
    first_path, first = same.setdefault(label_of(path, job), (path, job))
    for field in ("image", "caches", "artifacts", "promote"):
        if getattr(job, field) != getattr(first, field):
            allowed = f"what {dotted(first_path)} says, which has the same label {label_of(path, job)}"
            yield Finding((*path, field), "something else than there", allowed, ((*first_path, field),))


def _layers(stores: Stores) -> Iterator[Finding]:
    sizes: dict[str, tuple[str, int]] = {}
    for name, image in stores.images.items():
        for layer, size in image.layers.items():
            first, known = sizes.setdefault(layer, (name, size))
            if known != size:
                allowed = f"{SIZE.format(known)}, as in image {first}: a layer of one name is the same everywhere"
                yield Finding((*ARTIFACTS, "images", name, "layers", layer), SIZE.format(size), allowed,
                              ((*ARTIFACTS, "images", first, "layers", layer),))  # fmt: skip


def _corruption(stores: Stores, classes: list[tuple[Path, JobClass]]) -> Iterator[Finding]:
    if stores.corrupt_uploads and not any(job.artifacts and job.artifacts.produces for _, job in classes):
        allowed = "only where some class of jobs produces artifacts"
        yield Finding((*ARTIFACTS, "corrupt_uploads"), show(stores.corrupt_uploads), allowed)


def _image(path: Path, job: JobClass, stores: Stores) -> Iterator[Finding]:
    if job.image is not None and job.image not in stores.images:
        where = (*ARTIFACTS, "images")
        yield Finding((*path, "image"), f"no image {show(job.image)}", choices(job.image, stores.images), (where,))


def _cache(path: Path, cache: CacheUse, stores: Stores) -> Iterator[Finding]:
    texts: list[tuple[Path, str]] = [((*path, "key"), cache.key)]
    texts += [((*path, "restore", number), prefix) for number, prefix in enumerate(cache.restore)]
    for where, text in texts:
        if not text:
            yield Finding(where, "an empty text", "a key, or the beginning of one")
        for place in re.findall(r"\{([^{}]*)\}", text):
            if place not in PLACES:
                yield Finding(where, show(f"{{{place}}}"), "{ref}, {label} or {lock}")
    if cache.changes is not None and "{lock}" not in cache.key:
        allowed = "only with {lock} in key: nothing else of it changes"
        yield Finding((*path, "changes"), f"{cache.changes:g}/h", allowed, ((*path, "key"),))
    if cache.size > stores.cache.capacity:
        allowed = f"at most artifacts.cache.capacity, which is {SIZE.format(stores.cache.capacity)}"
        yield Finding((*path, "size"), SIZE.format(cache.size), allowed, ((*ARTIFACTS, "cache", "capacity"),))
    if cache.saves_on_prefix is not None and cache.saves_on_prefix > cache.saves:
        allowed = f"at most saves, which is {DURATION.format(cache.saves)}"
        yield Finding((*path, "saves_on_prefix"), DURATION.format(cache.saves_on_prefix), allowed,
                      ((*path, "saves"),))  # fmt: skip


def _near(path: Path, job: JobClass, near: Mapping[str, None]) -> Iterator[Finding]:
    for number, rule in enumerate(job.affinity):
        name = rule.to.removeprefix(NEAR_CACHE)
        if rule.to.startswith(NEAR_CACHE) and name not in near:
            allowed = f"cache: and the name of a cache or an image: {choices(name, near)}"
            yield Finding((*path, "affinity", number, "to"), show(rule.to), allowed)


def _consumes(path: Path, job: JobClass, every: Mapping[Path, JobClass]) -> Iterator[Finding]:
    """What a job downloads is made by what it needs; what it promotes is something."""
    uses = job.artifacts
    needs: tuple[str, ...] = getattr(job, "needs", ())
    makers = [made.artifacts for need in needs if (made := every.get((*path[:-1], need)))]
    offered = [name for maker in makers if maker for name in maker.produces]
    for number, name in enumerate(uses.consumes if uses else ()):
        if name not in offered:
            found = f"no artifact {show(name)} among what its needs make"
            yield Finding((*path, "artifacts", "consumes", number), found, choices(name, offered), ((*path, "needs"),))
    if job.promote and not (uses and (uses.consumes or uses.produces)):
        allowed = "only with artifacts that it consumes or produces: nothing else can be released"
        yield Finding((*path, "promote"), "true", allowed, ((*path, "artifacts"),))

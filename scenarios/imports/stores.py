"""What imported jobs store and fetch, and whom they wait for: in the scenario where sizes and times are given.

No CI file says how large a cache or an artifact is: without a size neither is in the scenario, and that is told.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from domain.acl.ci_to_orchestration.imported import ImportedJob
from scenarios.imports.writing import short
from scenarios.problems import listed
from scenarios.quantities import DURATION

UNKNOWN = "…"
"""Stands in a key or a name for what only a run knows."""

_BY_LABEL = ("caches", "artifacts", "approval")
"""What a scenario looks up by a job's label."""

Written = dict[str, Any]


class Storing(msgspec.Struct, frozen=True):
    """What the options say of caches, artifacts and people: without it, they stay out of the scenario."""

    cache_size: str = ""
    cache_saves_us: int = 0
    artifact_size: str = ""
    approvals_us: Mapping[str, int] = {}  # environment → how long its people take to agree


def add_stores(written: dict[str, Written], jobs: Sequence[ImportedJob], storing: Storing) -> list[str]:
    """Put into each job, by name, what it stores, fetches and waits for; jobs come after what they need.

    Gives what could not be put there, in words.
    """
    for job in jobs:
        if storing.cache_size and (caches := _caches(job, storing)):
            written[job.name]["caches"] = caches
        if job.environment in storing.approvals_us:
            answer = DURATION.format(storing.approvals_us[job.environment])
            written[job.name]["approval"] = {"answer": answer}
    if storing.artifact_size:
        _artifacts(written, jobs, storing.artifact_size)
    return _labels(written)


def _caches(job: ImportedJob, storing: Storing) -> Written:
    found: Written = {}
    for cache in job.caches:
        if UNKNOWN in cache.key:
            continue
        name = re.sub(r"[^\w.]+", "-", cache.key).strip("-")[:100] or "cache"
        found[name] = {"key": cache.key, "size": storing.cache_size}
        if restore := [prefix for prefix in cache.restore if UNKNOWN not in prefix]:
            found[name]["restore"] = restore
        if storing.cache_saves_us:
            found[name]["saves"] = DURATION.format(storing.cache_saves_us)
    return found


def _artifacts(written: dict[str, Written], jobs: Sequence[ImportedJob], size: str) -> None:
    before: dict[str, dict[str, None]] = {}  # job → all that end before it starts
    makers: dict[str, list[tuple[str, str]]] = {}  # job → (name in the file, name in the scenario)
    taken: set[str] = set()
    for job in jobs:
        before[job.name] = {one: None for need in job.needs for one in (*before[need], need)}
        for name in job.uploads:
            own, number = short(name), 1
            while own in taken:
                number += 1
                own = f"{short(name)[:110]} #{number}"
            taken.add(own)
            makers.setdefault(job.name, []).append((name, own))
        uses: Written = {}
        if made := makers.get(job.name):
            uses["produces"] = {own: {"size": size} for _, own in made}
        offered = [(one, name, own) for one in before[job.name] for name, own in makers.get(one, ())]
        fetched = [(one, own) for one, name, own in offered if any(_matches(name, asked) for asked in job.downloads)]
        if fetched:
            uses["consumes"] = list(dict.fromkeys(own for _, own in fetched))
            needs = (*job.needs, *(one for one, _ in fetched))  # an artifact comes from what is needed directly
            written[job.name]["needs"] = list(dict.fromkeys(needs))
        if uses:
            written[job.name]["artifacts"] = uses


def _matches(name: str, asked: str) -> bool:
    """Whether a download of that name or pattern fetches it; what only a run knows of either may be anything."""
    return fnmatchcase(name.replace(UNKNOWN, ""), asked.replace(UNKNOWN, "*"))


def _labels(written: dict[str, Written]) -> list[str]:
    """Jobs that share a label can have none of it: they lose the label, and with it that one failure cancels all.

    Nothing fails by itself in an imported scenario. Where the label is to say how many run at once, it stays.
    """
    groups: dict[str, list[Written]] = {}
    for job in written.values():
        if "label" in job:
            groups.setdefault(job["label"], []).append(job)
    left: list[str] = []
    for label, group in groups.items():
        if not any(field in job for job in group for field in _BY_LABEL):
            continue
        bounded = any("max_parallel" in job for job in group)
        if bounded:
            left.append(f"caches, artifacts and approvals of {label}: of its jobs only some may run at once")
        for job in group:
            for field in _BY_LABEL if bounded else ("label", "fail_fast"):
                job.pop(field, None)
    if left:
        _drop_orphans(written)
    return left


def _drop_orphans(written: dict[str, Written]) -> None:
    """Nothing is downloaded that nobody uploads any more."""
    made = {name for job in written.values() for name in job.get("artifacts", {}).get("produces", ())}
    for job in written.values():
        if uses := job.get("artifacts"):
            uses["consumes"] = [name for name in uses.get("consumes", ()) if name in made]
            if not uses["consumes"]:
                del uses["consumes"]
            if not uses:
                del job["artifacts"]


def left_behind(jobs: Sequence[ImportedJob], storing: Storing) -> Iterator[str]:
    """What the file says and the scenario does not, a sentence for each kind of it."""
    caches = [cache for job in jobs for cache in job.caches]
    if caches and not storing.cache_size:
        yield f"{_count(caches, 'cache')} (--cache-size SIZE, --cache-saves TIME bring them in)"
    elif unclear := {cache.key for cache in caches if UNKNOWN in cache.key}:
        yield f"caches whose keys only a run knows: {listed(sorted(unclear), most=4)}"
    made = [name for job in jobs for name in job.uploads]
    asked = dict.fromkeys(one for job in jobs for one in job.downloads)
    if made and not storing.artifact_size:
        yield f"{_count(made, 'artifact')} (--artifact-size SIZE brings them in)"
    elif missing := [one for one in asked if not any(_matches(name, one) for name in made)]:
        yield f"downloads of artifacts that no job of it uploads: {listed(missing, most=4)}"
    environments = dict.fromkeys(job.environment for job in jobs if job.environment)
    if waiting := [name for name in environments if name not in storing.approvals_us]:
        example = f"--approval {waiting[0]}=15m" if UNKNOWN not in waiting[0] else "--approval NAME=15m"
        yield (
            f"environments, {listed(waiting, most=4)}: the file does not say whether people must agree ({example} "
            "makes jobs wait for them)"
        )
    images = dict.fromkeys(job.image for job in jobs if job.image)
    if images:
        yield f"container images, {listed(list(images), most=3)}: pulling them takes no time"
    services = dict.fromkeys(name for job in jobs for name in job.services)
    if services:
        yield f"services, {listed(list(services), most=3)}: they take nothing of the runner"
    if any(job.permissions for job in jobs):
        yield "permissions of job tokens: a scenario has them with a section `security`"
    if any(job.steps for job in jobs):
        yield "steps: a job's time is not divided among them"


def _count(things: Sequence[object], what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"

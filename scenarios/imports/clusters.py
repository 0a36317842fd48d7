"""Kubernetes nodes as a fleet, and pods as pipelines, for a scenario file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from domain.acl.kubernetes_to_scheduling import SeenNode
from domain.orchestration.specs import JobSpec
from domain.shared.requirements import Constraint, Requirements, Taint, Toleration
from domain.shared.resources import Resources
from scenarios.quantities import CPU, DURATION, GPU, SIZE

Written = dict[str, Any]
USABLE = ("READY",)
LEAST_PRIORITY, MOST_PRIORITY = -1000, 1_000_000
"""What a scenario may say; Kubernetes' own are larger, and are cut."""
MOST_RETRIES = 100


def fleet_of(nodes: Sequence[SeenNode]) -> Written:
    """A pool for each kind of node that is alike; nodes that take no pods now are left out."""
    alike: dict[tuple[Any, ...], list[SeenNode]] = {}
    for node in nodes:
        if node.state in USABLE:
            key = (node.capacity, node.taints, tuple(sorted(_shared(node.attributes).items())))
            alike.setdefault(key, []).append(node)
    pools: dict[str, Written] = {}
    for number, group in enumerate(alike.values(), 1):
        first = group[0]
        pool: Written = {"nodes": len(group), "capacity": amounts(first.capacity)}
        shared = _shared(first.attributes)
        if bare := [key for key, value in shared.items() if not value]:
            pool["labels"] = bare
        if attributes := {key: value for key, value in shared.items() if value}:
            pool["attributes"] = attributes
        if first.taints:
            pool["taints"] = [taint_text(taint) for taint in first.taints]
        kind = first.attributes.get("node.kubernetes.io/instance-type", "")
        name = kind if kind and kind not in pools else f"pool-{number}"
        pools[name] = pool
    return {"providers": {"kubernetes": {"pools": pools}}}


def _shared(attributes: Mapping[str, str]) -> dict[str, str]:
    """Without the name of the one node, which no two have."""
    return {key: value for key, value in attributes.items() if key != "kubernetes.io/hostname"}


def pipelines_of(jobs: Sequence[JobSpec], default_us: int, durations_us: Mapping[str, int]) -> Written:
    """One pipeline of all pods: nothing in a manifest says what waits for what. Copies of one Job are a matrix."""
    written: Written = {}
    for name, group in _copies(jobs, durations_us):
        job, own, number = group[0], name, 1
        duration = durations_us.get(job.name, durations_us.get(job.label, default_us))
        one: Written = {"resources": amounts(job.resources), "duration": DURATION.format(duration)}
        if job.label != name:
            one["label"] = job.label
        if len(group) > 1:
            one |= {"matrix": {"axes": {"pod": list(range(1, len(group) + 1))}}, "fail_fast": False}
            if job.matrix:
                one["max_parallel"] = job.matrix.max_parallel
        one["timeout"] = DURATION.format(job.timeout_us)
        one["retry"] = {"user": min(job.retry.user, MOST_RETRIES), "infra": min(job.retry.infra, MOST_RETRIES)}
        one |= requirements(job.requirements)
        while own in written:
            number += 1
            own = f"{name}-{number}"
        written[own] = one
    return {"pods": {"jobs": written}}


def _copies(jobs: Sequence[JobSpec], durations_us: Mapping[str, int]) -> Iterator[tuple[str, list[JobSpec]]]:
    """(name, jobs) of those that are the same but for a number behind their names, as those of one Job are."""
    group: list[JobSpec] = []
    for job in jobs:
        first = group[0] if group else None
        base = first.name.removesuffix("-1") if first else ""
        same = first is not None and job == msgspec.structs.replace(first, name=f"{base}-{len(group) + 1}")
        if same and first and first.name == f"{base}-1" and job.name not in durations_us:
            group.append(job)
            continue
        if group:
            yield base if len(group) > 1 else group[0].name, group
        group = [job]
    if group:
        yield group[0].name.removesuffix("-1") if len(group) > 1 else group[0].name, group


def requirements(asked: Requirements) -> Written:
    written: Written = {}
    if asked.constraints:
        written["constraints"] = [constraint_text(one) for one in asked.constraints]
    if asked.tolerations:
        written["tolerations"] = [toleration_text(one) for one in asked.tolerations]
    if asked.affinity:
        written["affinity"] = [
            {"to": one.to, "topology": one.topology, **({"anti": True} if one.anti else {}),
             **({"weight": one.weight} if one.weight else {})}
            for one in asked.affinity
        ]  # fmt: skip
    if asked.spread:
        written["spread"] = [
            {"topology": one.topology, "max_skew": one.max_skew, **({} if one.hard else {"hard": False})}
            for one in asked.spread
        ]
    if asked.priority:
        written["priority"] = max(LEAST_PRIORITY, min(MOST_PRIORITY, asked.priority))
    return written


def amounts(resources: Resources) -> Written:
    written: Written = {"cpu": CPU.format(resources.cpu_millis)}
    if resources.memory_mib:
        written["memory"] = SIZE.format(resources.memory_mib)
    if resources.disk_mib:
        written["disk"] = SIZE.format(resources.disk_mib)
    if resources.gpu_millis:
        written["gpu"] = GPU.format(resources.gpu_millis)
    return written


def constraint_text(one: Constraint) -> str:
    """As `scenarios.notations` reads it; equal to nothing means that the key is there, as a bare label is."""
    if one.operator in ("Exists", "DoesNotExist") or one.values in ((), ("",)):
        return f"{one.key} {'DoesNotExist' if one.operator == 'DoesNotExist' else 'Exists'}"
    return f"{one.key} {one.operator} {','.join(one.values)}"


def taint_text(one: Taint) -> str:
    return f"{one.key}{f'={one.value}' if one.value else ''}:{one.effect}"


def toleration_text(one: Toleration) -> str:
    key = one.key or "*"
    value = f"={one.value}" if one.operator == "Eq" and one.value and one.key else ""
    return f"{key}{value}{f':{one.effect}' if one.effect else ''}"

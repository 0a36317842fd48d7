"""Kubernetes nodes become nodes that jobs are placed on: capacity, attributes, taints, and what state they are in.

Source: "Nodes", "Node Status" and "Taints and Tolerations", kubernetes.io, read 2026-11. Allocatable counts where it is
given, for that is what pods may have; capacity else.
"""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.kubernetes_to_orchestration.asking import amounts
from domain.acl.kubernetes_to_orchestration.quantities import mebibytes_down, millis_down
from domain.shared.requirements import EFFECTS, Taint
from domain.shared.resources import Resources

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_STATES = {"True": "READY", "False": "DOWN", "Unknown": "DOWN"}
"""Condition Ready → the state of the node; no such condition: JOINING."""


class SeenNode(msgspec.Struct, frozen=True):
    """One node as its manifest tells; `state` as in `domain.scheduling.nodes`."""

    name: str
    capacity: Resources
    attributes: Mapping[str, str]
    taints: tuple[Taint, ...]
    state: str
    architecture: str = ""
    zone: str = ""


def node_of(manifest: Mapping[str, Data], file: str, notes: Notes) -> SeenNode | None:
    """The node, or None with a flaw in the notes."""
    metadata, spec = as_mapping(manifest.get("metadata")), as_mapping(manifest.get("spec"))
    status = as_mapping(manifest.get("status"))
    field = "allocatable" if status.get("allocatable") else "capacity"
    has = amounts(status.get(field), file, ("status", field), notes)
    if not has.get("cpu"):
        notes.refuse(file, ("status", field), "no cpu", "allocatable or capacity with cpu and memory")
        return None
    attributes = {key: scalar_text(value) for key, value in as_mapping(metadata.get("labels")).items()}
    cordoned = spec.get("unschedulable") is True
    return SeenNode(
        name=scalar_text(metadata.get("name")) or "node",
        capacity=Resources(
            millis_down(has["cpu"]),
            mebibytes_down(has["memory"]) if "memory" in has else 0,
            mebibytes_down(has["disk"]) if "disk" in has else 0,
            millis_down(has["gpu"]) if "gpu" in has else 0,
        ),
        attributes=attributes,
        taints=_taints(spec, file, notes),
        state=_state(status, cordoned, file, notes),
        architecture=attributes.get("kubernetes.io/arch", ""),
        zone=attributes.get("topology.kubernetes.io/zone", ""),
    )


def _taints(spec: Mapping[str, Data], file: str, notes: Notes) -> tuple[Taint, ...]:
    found: list[Taint] = []
    for index, one in enumerate(map(as_mapping, as_list(spec.get("taints")))):
        effect = scalar_text(one.get("effect"))
        if effect not in EFFECTS:
            notes.refuse(file, ("spec", "taints", index, "effect"), show(effect), ", ".join(EFFECTS))
        elif one.get("key") != UNSCHEDULABLE:  # that is `unschedulable` said again: the node is cordoned
            found.append(Taint(scalar_text(one.get("key")), scalar_text(one.get("value")), effect))
    return tuple(found)


def _state(status: Mapping[str, Data], cordoned: bool, file: str, notes: Notes) -> str:
    ready = None
    for index, one in enumerate(map(as_mapping, as_list(status.get("conditions")))):
        if one.get("type") == "Ready":
            ready = scalar_text(one.get("status")).title() if isinstance(one.get("status"), bool) else one.get("status")
            if ready not in _STATES:
                notes.refuse(file, ("status", "conditions", index, "status"), show(ready), "True, False or Unknown")
                return "DOWN"
    if ready is None:
        if not status.get("conditions"):
            notes.unknown(file, ("status", "conditions"), "whether the node is ready is not given: taken to be ready")
            return "CORDONED" if cordoned else "READY"
        return "JOINING"
    return "CORDONED" if cordoned and ready == "True" else _STATES[str(ready)]

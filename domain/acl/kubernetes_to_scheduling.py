"""Kubernetes nodes become nodes that jobs are placed on: capacity, attributes, taints, and what state they are in.

Source: "Nodes", "Node Status" and "Taints and Tolerations", kubernetes.io, read 2026-11. Allocatable counts where it is
given, for that is what pods may have; capacity else.
"""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes
from domain.acl.kubernetes_to_orchestration.asking import amounts
from domain.acl.kubernetes_to_orchestration.fields import FIELDS
from domain.acl.kubernetes_to_orchestration.quantities import mebibytes_down, millis_down
from domain.acl.kubernetes_to_orchestration.structure import NODE
from domain.shared.requirements import Taint
from domain.shared.resources import Resources

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_STATES = {"True": "READY", "False": "DOWN", "Unknown": "DOWN"}
"""Condition Ready → the state of the node; no such condition: JOINING."""

PRESSURE = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure", "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure", "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}  # fmt: skip
"""Condition → the taint that Kubernetes gives a node for it."""


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
    flaws = list(NODE.flaws(manifest, ()))
    if flaws:
        notes.flaws += [FileFlaw(file, flaw) for flaw in flaws]
        return None
    metadata, spec = as_mapping(manifest.get("metadata")), as_mapping(manifest.get("spec"))
    FIELDS.report(spec, file, ("spec",), notes, "node")
    status = as_mapping(manifest.get("status"))
    field = "allocatable" if status.get("allocatable") else "capacity"
    written = as_mapping(status.get(field))
    has = amounts(written, file, ("status", field), notes)
    if not has.get("cpu"):
        found = f"cpu {show(written['cpu'])}" if "cpu" in written else "no cpu"
        notes.refuse(file, ("status", field), found, "allocatable or capacity with cpu and memory")
        return None
    for name, amount in has.items() if field == "allocatable" else ():
        if amount > (most := amounts(status.get("capacity"), file, ("status", "capacity"), Notes()).get(name, amount)):
            text = f"more {name} is allocatable than the node has ({float(amount):g} of {float(most):g}): it counts"
            notes.unknown(file, ("status", field), text)
    if field == "capacity":
        notes.unknown(file, ("status", field), "what is allocatable is not given: taken to be all of the capacity")
    attributes = {key: scalar_text(value) for key, value in as_mapping(metadata.get("labels")).items()}
    cordoned = spec.get("unschedulable") is True
    taints = _taints(spec)
    _pressure(status, taints, file, notes)
    return SeenNode(
        name=scalar_text(metadata.get("name")) or "node",
        capacity=Resources(
            millis_down(has["cpu"]),
            mebibytes_down(has["memory"]) if "memory" in has else 0,
            mebibytes_down(has["disk"]) if "disk" in has else 0,
            millis_down(has["gpu"]) if "gpu" in has else 0,
        ),
        attributes=attributes,
        taints=taints,
        state=_state(status, cordoned, file, notes),
        architecture=attributes.get("kubernetes.io/arch", ""),
        zone=attributes.get("topology.kubernetes.io/zone", ""),
    )


def _taints(spec: Mapping[str, Data]) -> tuple[Taint, ...]:
    """Without `unschedulable` said again: the node is cordoned."""
    return tuple(
        Taint(one["key"], scalar_text(one.get("value")), one["effect"])
        for one in as_list(spec.get("taints"))
        if one["key"] != UNSCHEDULABLE
    )


def _conditions(status: Mapping[str, Data]) -> list[tuple[str, str]]:
    """(type, status) of each; a manifest that is written by hand may say true, without quotes."""
    found = []
    for one in as_list(status.get("conditions")):
        says = one.get("status")
        found.append((one["type"], scalar_text(says).title() if isinstance(says, bool) else scalar_text(says)))
    return found


def _pressure(status: Mapping[str, Data], taints: tuple[Taint, ...], file: str, notes: Notes) -> None:
    """Kubernetes taints a node that is short of something; one that only says so is told."""
    tainted = {taint.key for taint in taints}
    for index, (type, says) in enumerate(_conditions(status)):
        if says == "True" and type in PRESSURE and PRESSURE[type] not in tainted:
            text = f"{type}, but no taint {PRESSURE[type]}: taken to take pods like any other node"
            notes.unknown(file, ("status", "conditions", index), text)


def _state(status: Mapping[str, Data], cordoned: bool, file: str, notes: Notes) -> str:
    conditions = _conditions(status)
    for index, (type, says) in enumerate(conditions):
        if type == "Ready" and says not in _STATES:
            where = ("status", "conditions", index, "status")
            notes.refuse(file, where, show(says or None), "True, False or Unknown")
            return "DOWN"
        if type == "Ready":
            return "CORDONED" if cordoned and says == "True" else _STATES[says]
    if conditions:
        return "JOINING"
    notes.unknown(file, ("status", "conditions"), "whether the node is ready is not given: taken to be ready")
    return "CORDONED" if cordoned else "READY"

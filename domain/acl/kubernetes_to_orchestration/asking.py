"""What a pod asks of a node: its effective requests.

Source: "Resource Management for Pods and Containers", "Init Containers" and "Sidecar Containers", kubernetes.io, read
2026-11: the larger of what runs at once later (containers, sidecars) and the largest moment of initialisation (one init
container with the sidecars started before it), plus the overhead of the runtime class.
"""

from collections.abc import Mapping
from fractions import Fraction

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping
from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.kubernetes_to_orchestration.quantities import mebibytes_up, millis_up, quantity
from domain.shared.resources import Resources

Amounts = dict[str, Fraction]

NOTHING_ASKED_MILLIS = 100
"""What kube-scheduler counts for a container that asks for no CPU (its DefaultMilliCPURequest)."""

DIMENSIONS = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "disk"}


def dimension(name: str) -> str | None:
    """cpu, memory, disk or gpu; None for what the simulation has not."""
    if name in DIMENSIONS:
        return DIMENSIONS[name]
    vendor, _, thing = name.partition("/")
    return "gpu" if thing == "gpu" or (vendor == "gpu.intel.com" and thing) else None


def amounts(written: Data, file: str, path: Path, notes: Notes) -> Amounts:
    """Quantities by dimension; what the simulation has not is noted. What is no quantity was refused before."""
    found: Amounts = {}
    for name, value in as_mapping(written).items():
        amount, known = quantity(value), dimension(name)
        if known is None:
            notes.not_modelled(file, (*path, name), f"the resource {name}")
        elif amount is not None:
            found[known] = found.get(known, Fraction(0)) + amount
    return found


def _of_container(container: Data, file: str, path: Path, notes: Notes) -> Amounts:
    """Requests; where only a limit is given, that is the request too."""
    resources, here = as_mapping(as_mapping(container).get("resources")), (*path, "resources")
    limits = amounts(resources.get("limits"), file, (*here, "limits"), notes)
    requests = amounts(resources.get("requests"), file, (*here, "requests"), notes)
    return {**limits, **requests}


def _sum(*parts: Mapping[str, Fraction]) -> Amounts:
    total: Amounts = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, Fraction(0)) + amount
    return total


def _largest(one: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> Amounts:
    zero = Fraction(0)
    return {name: max(one.get(name, zero), other.get(name, zero)) for name in (*one, *other)}


def effective(spec: Mapping[str, Data], file: str, path: Path, notes: Notes) -> Resources:
    """The pod's requests as a node sees them."""
    running = _sum(
        *(
            _of_container(container, file, (*path, "containers", index), notes)
            for index, container in enumerate(as_list(spec.get("containers")))
        )
    )
    sidecars: Amounts = {}
    most: Amounts = {}
    for index, container in enumerate(as_list(spec.get("initContainers"))):
        asked = _of_container(container, file, (*path, "initContainers", index), notes)
        moment = _sum(sidecars, asked)
        most = _largest(most, moment)
        if as_mapping(container).get("restartPolicy") == "Always":
            sidecars = moment
    total = _largest(_sum(running, sidecars), most)
    for_all = _of_container(spec, file, path, notes)  # requests of the pod as a whole stand in for its containers'
    total = _sum({**total, **for_all}, amounts(spec.get("overhead"), file, (*path, "overhead"), notes))
    cpu = millis_up(total.get("cpu", Fraction(0)))
    if cpu == 0:
        text = f"no CPU is asked for: taken to be {NOTHING_ASKED_MILLIS} thousandths, as kube-scheduler counts it"
        notes.unknown(file, (*path, "containers"), text)
    return Resources(
        cpu or NOTHING_ASKED_MILLIS,
        mebibytes_up(total.get("memory", Fraction(0))),
        mebibytes_up(total.get("disk", Fraction(0))),
        millis_up(total.get("gpu", Fraction(0))),
    )

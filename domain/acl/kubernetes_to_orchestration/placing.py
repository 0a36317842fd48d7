"""Where a pod may go: selectors, affinity, tolerations and spread, in the words of the shared kernel.

Source: "Assigning Pods to Nodes", "Taints and Tolerations", "Pod Topology Spread Constraints", kubernetes.io, read
2026-11. What has no counterpart here is noted, never bent.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, listed, scalar_text
from domain.acl.ci_to_orchestration.imported import Notes
from domain.shared.requirements import Affinity, Constraint, Operator, Requirements, Spread, Toleration

HOST = "kubernetes.io/hostname"
SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


class Placing:
    """Reads one pod; `label` is what the pod's own jobs are called here, `labels` are its Kubernetes labels."""

    def __init__(
        self, file: str, path: Path, notes: Notes, label: str, labels: Mapping[str, str], classes: Mapping[str, int]
    ) -> None:  # fmt: skip
        self._file, self._path, self._notes = file, path, notes
        self._label, self._labels, self._classes = label, labels, classes

    def requirements(self, spec: Mapping[str, Data]) -> Requirements:
        affinity = as_mapping(spec.get("affinity"))
        return Requirements(
            constraints=(*self._selected(spec), *self._on_nodes(as_mapping(affinity.get("nodeAffinity")))),
            tolerations=tuple(self._tolerations(spec)),
            affinity=(
                *self._near(as_mapping(affinity.get("podAffinity")), "podAffinity", anti=False),
                *self._near(as_mapping(affinity.get("podAntiAffinity")), "podAntiAffinity", anti=True),
            ),
            spread=tuple(self._spread(spec)),
            priority=self._priority(spec),
        )

    def _note(self, text: str, *path: str | int) -> None:
        self._notes.not_modelled(self._file, (*self._path, *path), text)

    def _selected(self, spec: Mapping[str, Data]) -> Iterator[Constraint]:
        for key, value in as_mapping(spec.get("nodeSelector")).items():
            yield Constraint(key, "Eq", (scalar_text(value),))

    def _on_nodes(self, affinity: Mapping[str, Data]) -> Iterator[Constraint]:
        path = ("affinity", "nodeAffinity")
        if affinity.get("preferredDuringSchedulingIgnoredDuringExecution"):
            self._note("a preferred node affinity", *path, "preferredDuringSchedulingIgnoredDuringExecution")
        field = "requiredDuringSchedulingIgnoredDuringExecution"
        terms = as_list(as_mapping(affinity.get(field)).get("nodeSelectorTerms"))
        if len(terms) > 1:
            self._notes.unknown(self._file, (*self._path, *path, field), "one of several terms: taken to be the first")
        for term in terms[:1]:
            if as_mapping(term).get("matchFields"):
                self._note("matchFields", *path, field)
            for one in as_list(as_mapping(term).get("matchExpressions")):
                values = tuple(map(scalar_text, as_list(one.get("values"))))
                yield Constraint(one["key"], cast("Operator", one["operator"]), values)

    def _tolerations(self, spec: Mapping[str, Data]) -> Iterator[Toleration]:
        for one in as_list(spec.get("tolerations")):
            exists = one.get("operator") == "Exists"
            yield Toleration(
                scalar_text(one.get("key")),
                "Exists" if exists else "Eq",
                "" if exists else scalar_text(one.get("value")),
                scalar_text(one.get("effect")),
            )

    def _near(self, affinity: Mapping[str, Data], kind: str, anti: bool) -> Iterator[Affinity]:
        for field, terms in affinity.items():
            for index, one in enumerate(as_list(terms)):
                hard = field.startswith("required")
                term = one if hard else one["podAffinityTerm"]
                beyond = set(term) - {"topologyKey", "labelSelector"}
                if beyond:
                    self._note(f"{listed(sorted(beyond))} of an affinity", "affinity", kind, field, index)
                if not self._is_own(as_mapping(term.get("labelSelector"))):
                    self._note("an affinity to pods of other labels", "affinity", kind, field, index)
                    continue
                key = term["topologyKey"]
                yield Affinity(
                    f"label:{self._label}", "node" if key == HOST else key, anti, 0 if hard else one["weight"]
                )

    def _spread(self, spec: Mapping[str, Data]) -> Iterator[Spread]:
        for index, one in enumerate(map(as_mapping, as_list(spec.get("topologySpreadConstraints")))):
            if not self._is_own(as_mapping(one.get("labelSelector"))):
                self._note("a spread over pods of other labels", "topologySpreadConstraints", index)
                continue
            key = one["topologyKey"]
            yield Spread("node" if key == HOST else key, one["maxSkew"], one["whenUnsatisfiable"] == "DoNotSchedule")

    def _is_own(self, selector: Mapping[str, Data]) -> bool:
        """Whether a selector finds this very pod (matchExpressions are looked at only as far as In)."""
        if not selector:
            return False
        wanted: dict[str, tuple[str, ...]] = {
            key: (scalar_text(value),) for key, value in as_mapping(selector.get("matchLabels")).items()
        }
        for one in map(as_mapping, as_list(selector.get("matchExpressions"))):
            if one.get("operator") != "In":
                return False
            wanted[scalar_text(one.get("key"))] = tuple(map(scalar_text, as_list(one.get("values"))))
        return all(self._labels.get(key) in values for key, values in wanted.items())

    def _priority(self, spec: Mapping[str, Data]) -> int:
        named = scalar_text(spec.get("priorityClassName"))
        value = spec.get("priority")
        value = self._classes.get(named, SYSTEM_CLASSES.get(named)) if value is None else value
        if value is not None:
            return int(value)
        if named:
            text = f"what the priority class {named} is worth is not given: taken to be 0"
            self._notes.unknown(self._file, (*self._path, "priorityClassName"), text)
        return 0

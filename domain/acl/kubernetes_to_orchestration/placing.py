"""Where a pod may go: selectors, affinity, tolerations and spread, in the words of the shared kernel.

Source: "Assigning Pods to Nodes", "Taints and Tolerations", "Pod Topology Spread Constraints", kubernetes.io, read
2026-11. What has no counterpart here is noted, never bent.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, scalar_text
from domain.acl.ci_to_orchestration.imported import Notes
from domain.shared.requirements import Affinity, Constraint, Operator, Requirements, Spread, Toleration

HOST = "kubernetes.io/hostname"
_OPERATORS = {
    "In": "In", "NotIn": "NotIn", "Exists": "Exists", "DoesNotExist": "DoesNotExist", "Gt": "Gt", "Lt": "Lt",
}  # fmt: skip


class Placing:
    """Reads one pod; `label` is what the pod's own jobs are called here, `labels` are its Kubernetes labels."""

    def __init__(self, file: str, path: Path, notes: Notes, label: str, labels: Mapping[str, str]) -> None:
        self._file, self._path, self._notes = file, path, notes
        self._label, self._labels = label, labels

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
            for index, one in enumerate(as_list(as_mapping(term).get("matchExpressions"))):
                where = (*self._path, *path, field, "nodeSelectorTerms", 0, "matchExpressions", index)
                operator = _OPERATORS.get(scalar_text(as_mapping(one).get("operator")))
                key = scalar_text(as_mapping(one).get("key"))
                if operator is None or not key:
                    self._notes.refuse(self._file, where, "no such operator, or no key", ", ".join(_OPERATORS))
                    continue
                values = tuple(map(scalar_text, as_list(one.get("values"))))
                yield Constraint(key, cast("Operator", operator), values)

    def _tolerations(self, spec: Mapping[str, Data]) -> Iterator[Toleration]:
        for index, one in enumerate(map(as_mapping, as_list(spec.get("tolerations")))):
            if one.get("tolerationSeconds") is not None:
                self._note("tolerationSeconds: tolerated without end", "tolerations", index)
            exists = one.get("operator") == "Exists"
            yield Toleration(
                scalar_text(one.get("key")),
                "Exists" if exists else "Eq",
                "" if exists else scalar_text(one.get("value")),
                scalar_text(one.get("effect")),
            )

    def _near(self, affinity: Mapping[str, Data], kind: str, anti: bool) -> Iterator[Affinity]:
        for field, terms in affinity.items():
            for index, one in enumerate(map(as_mapping, as_list(terms))):
                hard = field.startswith("required")
                term = one if hard else as_mapping(one.get("podAffinityTerm"))
                weight = 0 if hard else one.get("weight", 1)
                if not self._is_own(as_mapping(term.get("labelSelector"))):
                    self._note("an affinity to pods of other labels", "affinity", kind, field, index)
                    continue
                key = scalar_text(term.get("topologyKey"))
                weight = min(100, max(1, weight)) if not hard and isinstance(weight, int) else 0
                yield Affinity(f"label:{self._label}", "node" if key == HOST else key or "node", anti, weight)

    def _spread(self, spec: Mapping[str, Data]) -> Iterator[Spread]:
        for index, one in enumerate(map(as_mapping, as_list(spec.get("topologySpreadConstraints")))):
            if not self._is_own(as_mapping(one.get("labelSelector"))):
                self._note("a spread over pods of other labels", "topologySpreadConstraints", index)
                continue
            skew = one.get("maxSkew", 1)
            if not isinstance(skew, int) or skew < 1:
                where = (*self._path, "topologySpreadConstraints", index, "maxSkew")
                self._notes.refuse(self._file, where, scalar_text(skew) or "nothing", "a number of at least 1")
                continue
            key = scalar_text(one.get("topologyKey"))
            hard = one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
            yield Spread("node" if key == HOST else key or "node", skew, hard)

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
        known = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
        named = scalar_text(spec.get("priorityClassName"))
        value = spec.get("priority", known.get(named))
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if named:
            text = f"what the priority class {named} is worth is not given: taken to be 0"
            self._notes.unknown(self._file, (*self._path, "priorityClassName"), text)
        return 0

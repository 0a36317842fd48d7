"""Reads Kubernetes manifests: nodes, pods, Jobs and CronJobs, the states of workers, and what was found on the way."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from domain.acl import kubernetes_to_workers
from domain.acl.ci_to_orchestration.documents import Flaw, as_list, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes
from domain.acl.kubernetes_to_orchestration.pods import jobs_of
from domain.acl.kubernetes_to_scheduling import SeenNode, node_of
from domain.orchestration.specs import JobSpec
from domain.shared.refusals import Refused
from scenarios.ci_files import Document, read_file
from scenarios.problems import Path as Place
from scenarios.problems import Problem, ScenarioError, dotted
from windtunnel.exits import BadInput

MOST_OBJECTS = 20_000
READ = ("Node", "Pod", "Job", "CronJob")
TOLD = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DaemonSet"),
        "its pods do not end, and take room all the time: import them themselves (kubectl get pods -o yaml)",
    ),
    "LimitRange": "the requests that it gives to pods without are not filled in: kubectl get pods shows them",
    "ResourceQuota": "say it under tenants, as a quota",
    "PodDisruptionBudget": "no pod is moved for maintenance unless faults say so",
}
"""Kinds that decide where pods run, and are not read: why, and what to do."""


class Note(msgspec.Struct, frozen=True):
    """Something that the reader should know, with its place."""

    kind: str
    file: str
    line: int
    field: str
    text: str

    @property
    def place(self) -> str:
        return (f"{self.file}:{self.line}" if self.line else self.file) + (f" {self.field}" if self.field else "")


class Seen(msgspec.Struct):
    """What the manifests hold, with the rest counted by kind, and notes told with their lines."""

    nodes: list[SeenNode] = []
    jobs: list[JobSpec] = []
    workers: list[tuple[str, str]] = []
    other: dict[str, int] = {}
    notes: list[Note] = []


class _Object(msgspec.Struct, frozen=True):
    """One manifest, and where it stands."""

    manifest: Any
    document: Document
    file: str
    path: Place

    @property
    def kind(self) -> Any:
        return as_mapping(self.manifest).get("kind")

    @property
    def name(self) -> str:
        """With its namespace; empty where it has no name."""
        metadata = as_mapping(as_mapping(self.manifest).get("metadata"))
        name, namespace = scalar_text(metadata.get("name")), scalar_text(metadata.get("namespace"))
        return f"{namespace or 'default'}/{name}" if name and self.kind != "Node" else name


def seen_in(files: Sequence[Path]) -> Seen:
    """Raises ScenarioError with everything that is wrong, and BadInput for too much."""
    seen, problems = Seen(), list[Problem]()
    objects = list(_objects(files))
    classes = _classes(objects)
    made = {one.name for one in objects if one.kind == "Job"}
    first: dict[tuple[str, str], _Object] = {}
    for one in objects:
        notes = Notes()
        if one.kind in READ and one.name and (old := first.setdefault((one.kind, one.name), one)) is not one:
            where = f"{old.file}:{old.document.line(old.path)}"
            notes.refuse(one.file, (), f"the {one.kind} {one.name} again", f"each object once (it is at {where})")
        else:
            _read(one, notes, seen, classes, made)
        for flaw in notes.flaws:
            path = (*one.path, *flaw.flaw.path)
            problems.append(Problem(one.file, one.document.line(path), path, flaw.flaw.found, flaw.flaw.allowed))
        seen.notes += [
            Note(said.kind, one.file, one.document.line((*one.path, *said.path)), dotted(said.path), said.text)
            for said in notes.findings
        ]
    if problems:
        raise ScenarioError(problems)
    return seen


def _objects(files: Sequence[Path]) -> Iterator[_Object]:
    count = 0
    for file in files:
        for document in read_file(file, str(file), "kubernetes"):
            for path, manifest in listed_in(document.data):
                count += 1
                if count > MOST_OBJECTS:
                    raise BadInput(f"{file}: more than {MOST_OBJECTS:,} objects: import fewer at a time")
                yield _Object(manifest, document, str(file), path)


def listed_in(data: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """A List, or anything else that has items, is what it lists."""
    if isinstance(data, Mapping) and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield (*path, "items", index), item
    else:
        yield path, data


def _classes(objects: Sequence[_Object]) -> dict[str, int]:
    """What priority classes are worth; "" is the one of pods that name none."""
    found: dict[str, int] = {}
    for one in objects:
        value = as_mapping(one.manifest).get("value")
        if one.kind == "PriorityClass" and isinstance(value, int) and not isinstance(value, bool):
            name = scalar_text(as_mapping(one.manifest.get("metadata")).get("name"))
            found[name] = value
            if one.manifest.get("globalDefault") is True:
                found[""] = value
    return found


def _read(one: _Object, notes: Notes, seen: Seen, classes: Mapping[str, int], made: set[str]) -> None:
    kind, manifest, file = one.kind, one.manifest, one.file
    if not isinstance(kind, str):
        notes.flaws.append(FileFlaw(file, Flaw((), show(manifest), "a manifest with kind and metadata")))
    elif kind == "Node":
        node = node_of(manifest, file, notes)
        seen.nodes += [node] if node else []
        if node and node.state != "READY":
            notes.left_out(file, (), f"a node that takes no pods now ({node.state})")
    elif kind in READ:
        if kind == "Pod":
            _worker(one, seen)
            if owner := _owner(one, made):
                notes.left_out(file, ("metadata", "ownerReferences"), f"a pod of {owner}, which is here itself")
                return
        seen.jobs += jobs_of(manifest, file, notes, classes)
    elif kind in TOLD:
        notes.left_out(file, ("kind",), f"a {kind}: {TOLD[kind]}")
    elif kind != "PriorityClass":
        seen.other[kind] = seen.other.get(kind, 0) + 1


def _worker(one: _Object, seen: Seen) -> None:
    if one.manifest.get("status"):
        answer = kubernetes_to_workers.worker_state(one.manifest)
        words = answer.detail if isinstance(answer, Refused) else " ".join((answer.state, answer.cause)).strip()
        seen.workers.append((one.name.partition("/")[2] or "pod", words))


def _owner(one: _Object, made: set[str]) -> str:
    """The Job that made a pod, where it is imported as well."""
    metadata = as_mapping(one.manifest.get("metadata"))
    namespace = scalar_text(metadata.get("namespace")) or "default"
    for reference in map(as_mapping, as_list(metadata.get("ownerReferences"))):
        name = f"{namespace}/{scalar_text(reference.get('name'))}"
        if reference.get("kind") == "Job" and name in made:
            return f"the Job {name}"
    return ""

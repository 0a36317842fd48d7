"""Reads Kubernetes manifests: nodes make a fleet, pods and jobs a pipeline of jobs that wait for nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.acl import kubernetes_to_workers
from domain.acl.ci_to_orchestration.documents import Flaw, show
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes
from domain.acl.kubernetes_to_orchestration.pods import jobs_of
from domain.acl.kubernetes_to_scheduling import SeenNode, node_of
from domain.orchestration.specs import JobSpec
from domain.shared.refusals import Refused
from scenarios.ci_files import Document, read_file
from scenarios.imports.clusters import fleet_of, pipelines_of
from scenarios.imports.exporting import DEFAULT_DURATION_US
from scenarios.imports.writing import check, to_yaml
from scenarios.problems import Path as Place
from scenarios.problems import Problem, ScenarioError, dotted
from scenarios.quantities import CPU, DURATION, GPU, SIZE
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.importing import options
from windtunnel.outputs import STDOUT, check_writable, write

MOST_OBJECTS = 20_000


class Seen(msgspec.Struct):
    """What the manifests hold, with the rest counted by kind, and notes told with their lines."""

    nodes: list[SeenNode] = []
    jobs: list[JobSpec] = []
    workers: list[tuple[str, str]] = []
    other: dict[str, int] = {}
    notes: list[str] = []


def read(files: Sequence[Path], as_json: bool, out: str | None, durations: Sequence[str]) -> int:
    """The exit code; raises ScenarioError with everything that is wrong, and BadInput."""
    check_writable(out)
    if as_json and out == STDOUT:
        raise BadInput("only one of --json and --out can go to stdout")
    seen = _seen(files)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(seen), indent=2, ensure_ascii=False))
    elif out != "-":
        click.echo("\n".join(_told(seen)))
    if out:
        _write(seen, out, durations)
    return OK if seen.nodes or seen.jobs else INVALID


def _seen(files: Sequence[Path]) -> Seen:
    seen, problems, count = Seen(), list[Problem](), 0
    for file in files:
        for document in read_file(file, str(file), "kubernetes"):
            for path, manifest in objects(document.data):
                count += 1
                if count > MOST_OBJECTS:
                    raise BadInput(f"{file}: more than {MOST_OBJECTS:,} objects: import fewer at a time")
                notes = Notes()
                _one(manifest, str(file), notes, seen)
                problems += [_problem(flaw, document, path) for flaw in notes.flaws]
                seen.notes += [
                    f"{file}:{document.line((*path, *one.path))} {dotted(one.path)}: {one.text}"
                    for one in notes.findings
                ]
    if problems:
        raise ScenarioError(problems)
    return seen


def _problem(one: FileFlaw, document: Document, path: Place) -> Problem:
    where = (*path, *one.flaw.path)
    return Problem(one.file, document.line(where), where, one.flaw.found, one.flaw.allowed)


def objects(data: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """A List, or anything else that has items, is what it lists."""
    if isinstance(data, Mapping) and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield (*path, "items", index), item
    else:
        yield path, data


def _one(manifest: Any, file: str, notes: Notes, seen: Seen) -> None:
    kind = manifest.get("kind") if isinstance(manifest, Mapping) else None
    if not isinstance(kind, str):
        notes.flaws.append(FileFlaw(file, Flaw((), show(manifest), "a manifest with kind and metadata")))
    elif kind == "Node":
        node = node_of(manifest, file, notes)
        seen.nodes += [node] if node else []
    elif kind in ("Pod", "Job"):
        seen.jobs += jobs_of(manifest, file, notes)
        if kind == "Pod" and manifest.get("status"):
            answer = kubernetes_to_workers.worker_state(manifest)
            words = answer.detail if isinstance(answer, Refused) else " ".join((answer.state, answer.cause)).strip()
            seen.workers.append((seen.jobs[-1].name if seen.jobs else "pod", words))
    else:
        seen.other[kind] = seen.other.get(kind, 0) + 1


def _told(seen: Seen) -> Iterator[str]:
    yield f"{len(seen.nodes)} nodes, {len(seen.jobs)} pods that are to run"
    for node in seen.nodes:
        taints = "".join(f", taint {taint.key}:{taint.effect}" for taint in node.taints)
        yield f"  node {node.name}: {node.state}, {_amounts(node.capacity.as_tuple())}{taints}"
    for job in seen.jobs:
        yield f"  pod {job.name}: {_amounts(job.resources.as_tuple())}"
    for name, state in seen.workers:
        yield f"  worker in pod {name}: {state}"
    for kind, number in seen.other.items():
        yield f"  {number} × {kind}: not looked at"
    for note in seen.notes:
        yield f"  {note}"


def _amounts(resources: tuple[int, int, int, int]) -> str:
    cpu, memory, disk, gpu = resources
    parts = [
        CPU.format(cpu),
        f"{SIZE.format(memory)} memory" if memory else "",
        f"{SIZE.format(disk)} disk" if disk else "",
    ]
    return " ".join(filter(None, (*parts, GPU.format(gpu) if gpu else "")))


def _write(seen: Seen, out: str, durations: Sequence[str]) -> None:
    if not any(node.state == "READY" for node in seen.nodes):
        raise BadInput("no scenario without a node that is ready: import nodes too (kubectl get nodes,pods -o yaml)")
    if not seen.jobs:
        raise BadInput("no scenario without pods: import pods too (kubectl get nodes,pods -o yaml)")
    default_us, named = options.durations(durations, DEFAULT_DURATION_US)
    scenario = {
        "name": Path(out).stem if out != "-" else "cluster",
        "question": "When are these pods done on these nodes?",
        "horizon": "1d",
        "workload": {"pipelines": pipelines_of(seen.jobs, default_us, named)},
        "fleet": fleet_of(seen.nodes),
    }
    assumed = f"each pod runs for {DURATION.format(default_us)} unless it is said otherwise (change it with --duration)"
    text = to_yaml(scenario, ["Imported from Kubernetes manifests by windtunnel.", f"- {assumed}"])
    check(text, out if out != "-" else "scenario")
    write(out, text.encode())
    click.echo(f"Assumed: {assumed}.", err=True)
    if out != "-":
        click.echo(f"Wrote {out}. When they are done: windtunnel run {out}", err=True)

"""Tells what Kubernetes manifests hold, and makes a scenario: nodes are a fleet, pods jobs that wait for nothing."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.acl.ci_to_orchestration.documents import listed
from domain.shared.units import DAY_US
from reports.wording import several
from scenarios.imports.clusters import MOST_PRIORITY, USABLE, fleet_of, pipelines_of, taint_text
from scenarios.imports.exporting import DEFAULT_DURATION_US
from scenarios.imports.writing import to_yaml
from scenarios.quantities import CPU, DURATION, GPU, SIZE
from scenarios.yaml_source import MOST_NODES
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.importing import options
from windtunnel.importing.explaining import TITLES, grouped, indented, printable
from windtunnel.importing.manifests import Seen, seen_in
from windtunnel.importing.scenario_file import checked
from windtunnel.outputs import STDOUT, check_new, write


def read(files: Sequence[Path], as_json: bool, out: str | None, durations: Sequence[str], force: bool = False) -> int:
    """The exit code; raises ScenarioError with everything that is wrong, and BadInput."""
    check_new(out, force)
    if as_json and out == STDOUT:
        raise BadInput("only one of --json and --out can go to stdout")
    seen = seen_in(files)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(seen), indent=2, ensure_ascii=False))
    elif out != STDOUT:
        click.echo("\n".join(_told(seen, min(shutil.get_terminal_size((80, 24)).columns, 100))))
    if out:
        _write(seen, out, durations)
    return OK if seen.nodes or seen.jobs else INVALID


def _told(seen: Seen, width: int) -> Iterator[str]:
    pods_to_run = f"{several(len(seen.jobs), 'pod')} that {'is' if len(seen.jobs) == 1 else 'are'} to run"
    yield f"{several(len(seen.nodes), 'node')}, {pods_to_run}"
    nodes: dict[str, list[str]] = {}
    for node in seen.nodes:
        taints = "".join(f", taint {taint_text(taint)}" for taint in node.taints)
        nodes.setdefault(f"{node.state}, {_amounts(node.capacity.as_tuple())}{taints}", []).append(node.name)
    yield from _alike("node", nodes, width)
    pods: dict[str, list[str]] = {}
    for job in seen.jobs:
        pods.setdefault(_amounts(job.resources.as_tuple()), []).append(job.name)
    yield from _alike("pod", pods, width)
    workers: dict[str, list[str]] = {}
    for name, state in seen.workers:
        workers.setdefault(state, []).append(name)
    yield from _alike("worker in pod", workers, width)
    for kind, number in seen.other.items():
        yield f"  {number} × {printable(kind)}: not looked at"
    for kind, title in TITLES.items():
        if found := [(note.place, note.text) for note in seen.notes if note.kind == kind]:
            yield ""
            yield title
            yield from grouped(found, width)


def _alike(what: str, by_words: Mapping[str, Sequence[str]], width: int) -> Iterator[str]:
    """One entry for those of which the same is said."""
    for words, names in by_words.items():
        yield from indented("  ", f"{what} {listed(names, most=4)}: {words}", width)


def _amounts(resources: tuple[int, int, int, int]) -> str:
    cpu, memory, disk, gpu = resources
    parts = [
        CPU.format(cpu),
        f"{SIZE.format(memory)} memory" if memory else "",
        f"{SIZE.format(disk)} disk" if disk else "",
    ]
    return " ".join(filter(None, (*parts, GPU.format(gpu) if gpu else "")))


def _values(thing: Any) -> int:
    """How many values, and keys, a scenario has."""
    if isinstance(thing, dict):
        return 1 + sum(1 + _values(one) for one in thing.values())
    return 1 + sum(map(_values, thing)) if isinstance(thing, list) else 1


def _write(seen: Seen, out: str, durations: Sequence[str]) -> None:
    left_out = sum(node.state not in USABLE for node in seen.nodes)
    if left_out == len(seen.nodes):
        raise BadInput("no scenario without a node that is ready: import nodes too (kubectl get nodes,pods -o yaml)")
    if not seen.jobs:
        raise BadInput("no scenario without pods: import pods too (kubectl get nodes,pods -o yaml)")
    default_us, named = options.durations(durations, DEFAULT_DURATION_US)
    known = {job.name for job in seen.jobs} | {job.label for job in seen.jobs}
    if strangers := [name for name in named if name not in known]:
        raise BadInput(f"--duration: no pod is called {listed(strangers)}; pods: {listed(sorted(known))}")
    scenario = {
        "name": Path(out).stem if out != STDOUT else "cluster",
        "question": "When are these pods done on these nodes?",
        "horizon": DURATION.format(max(DAY_US, 2 * max(default_us, *named.values(), 0))),
        "workload": {"pipelines": pipelines_of(seen.jobs, default_us, named)},
        "fleet": fleet_of(seen.nodes),
    }
    assumed = [f"each pod runs for {DURATION.format(default_us)} unless it is said otherwise (--duration)"]
    if left_out:
        assumed.append(f"{left_out} of {len(seen.nodes)} nodes are left out, because they take no pods now")
    if cut := sum(job.requirements.priority > MOST_PRIORITY for job in seen.jobs):
        assumed.append(f"the priority of {cut} pods is cut to {MOST_PRIORITY:,}, the highest of a scenario")
    open_still = sum(note.kind == "unknown" for note in seen.notes)
    comments = ["Imported from Kubernetes manifests by windtunnel.", *(f"- {text}" for text in assumed)]
    if open_still:
        still = f"{several(open_still, 'thing')} {'is' if open_still == 1 else 'are'} not known"
        comments.append(f"- {still}: `windtunnel import kubernetes` tells which")
    if (size := _values(scenario)) > MOST_NODES:
        raise BadInput(f"a scenario of {size:,} values, more than {MOST_NODES:,}: import fewer pods at a time")
    text = to_yaml(scenario, comments)
    checked(text, out)
    write(out, text.encode())
    click.echo("Assumed, because the manifests do not say:", err=True)
    for one in assumed:
        click.echo(f"  - {one}", err=True)
    if out != STDOUT:
        click.echo(f"Wrote {out}. When they are done: windtunnel run {out}", err=True)

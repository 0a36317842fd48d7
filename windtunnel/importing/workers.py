"""Reads what platforms say of the containers, pods and microVMs that workers run in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from domain.acl import docker_to_workers, firecracker_to_workers, kubernetes_to_workers
from domain.acl.ci_to_orchestration.documents import as_list, scalar_text
from domain.acl.observed_to_workers import Observed
from domain.shared.refusals import Refused
from scenarios.ci_files import read_file
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.importing.explaining import printable

Seen = tuple[str, str, Observed | Refused]
"""(platform, name, state of the worker or why there is none)"""


def read(files: Sequence[Path], as_json: bool) -> int:
    found = [one for file in files for document in read_file(file, str(file), "kubernetes")
             for one in states(document.data, str(file))]  # fmt: skip
    if not found:
        raise BadInput("found no pod, no container of `docker inspect` and no Firecracker instance")
    if as_json:
        rows = [{"platform": platform, "name": name, **_fields(answer)} for platform, name, answer in found]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for platform, name, answer in found:
            click.echo(f"{platform}  {printable(name) or '(no name)'}  {printable(_words(answer))}")
    return INVALID if any(isinstance(answer, Refused) for _, _, answer in found) else OK


def states(data: Any, file: str) -> Iterator[Seen]:
    """Whatever the document holds: one thing, a list, or a Kubernetes List. Raises BadInput for anything else."""
    if isinstance(data, list):
        for one in data:
            yield from states(one, file)
    elif (isinstance(data, Mapping) and str(data.get("kind", "")).endswith("List")) or _is(data, "items"):
        yield from states(data.get("items") or [], file)
    elif _is(data, "kind") and data["kind"] == "Pod":
        metadata = data.get("metadata")
        name = str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""
        yield "kubernetes", name, kubernetes_to_workers.worker_state(data)
    elif _is(data, "kind"):
        where = f"{file}: a {printable(str(data['kind']))}"
        click.echo(f"{where}: not looked at, for no worker runs in it", err=True)
    elif _is(data, "State") and isinstance(data["State"], Mapping | str):
        names = as_list(data.get("Name") or data.get("Names") or data.get("Id") or data.get("ID"))
        yield "docker", scalar_text(names[0] if names else "").lstrip("/"), docker_to_workers.state_of(data)
    elif _is(data, "vmm_version") or (_is(data, "state") and _is(data, "id")):
        state = firecracker_to_workers.worker_state(scalar_text(data.get("state")))
        yield "firecracker", scalar_text(data.get("id")), state
    else:
        raise BadInput(f"{file}: found neither containers of `docker inspect`, nor pods, nor a Firecracker instance")


def _is(data: Any, field: str) -> bool:
    return isinstance(data, Mapping) and field in data


def _fields(answer: Observed | Refused) -> dict[str, str]:
    if isinstance(answer, Refused):
        return {"refused": answer.reason, "detail": answer.detail}
    return {"state": answer.state, **({"cause": answer.cause} if answer.cause else {})}


def _words(answer: Observed | Refused) -> str:
    if isinstance(answer, Refused):
        return f"refused: {answer.detail}"
    return f"{answer.state} ({answer.cause})" if answer.cause else answer.state

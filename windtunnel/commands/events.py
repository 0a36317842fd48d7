"""`windtunnel events`: what happened in a kept run, event by event, as CloudEvents."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from domain.shared.events import Event


@click.command(short_help="Print the events of a kept run as CloudEvents.")
@click.argument("directory", metavar="DIR")
@click.option("--type", "types", multiple=True, metavar="NAME", help="Only these, such as JobQueued (repeatable).")
@click.option("--job", type=click.IntRange(0), metavar="N", help="Only what is about this job, in order of time.")
@click.option("--policy", metavar="NAME", help="Which policy of the run; not needed where it has only one.")
def events(directory: str, types: tuple[str, ...], job: int | None, policy: str | None) -> None:
    """Print what happened in the run that `windtunnel run --out DIR` kept, a CloudEvent (1.0, JSON) a line.

    \b
    windtunnel events out/quickstart --policy drf --job 17
    windtunnel events out/quickstart --policy drf --type JobEnded | head
    """
    from reports.cloud_events import cloud_events, encode_line
    from reports.manifest import read_manifest
    from windtunnel.choosing import choose_run
    from windtunnel.outputs import STDOUT
    from windtunnel.streamed import streamed

    facts = choose_run(read_manifest(Path(directory)).runs, policy, directory)
    kinds = _kinds(types)
    found = False
    with streamed(STDOUT) as out:
        for event in cloud_events(Path(directory) / "events.parquet", facts, kinds, job):
            found = True
            out.write(encode_line(event) + b"\n")
    if not found and job is not None:
        raise BadInput(f"{directory} has no such event of a job {job} under policy {facts.policy}")


def _kinds(names: Sequence[str]) -> "list[type[Event]]":
    """Event classes by their names, with or without `windtunnel.<context>.` and `.v<VERSION>`."""
    from domain.shared.envelope import type_of
    from reports.domain_model import events as every_event
    from scenarios.problems import Problem, ScenarioError, choices, show

    known = {event.__name__: event for event in every_event()}
    by_type = {type_of(event): event for event in known.values()}
    strangers = [name for name in names if name not in known and name not in by_type]
    if strangers:
        raise ScenarioError(Problem("--type", 0, (), show(name), choices(name, list(known))) for name in strangers)
    return [known.get(name) or by_type[name] for name in names]

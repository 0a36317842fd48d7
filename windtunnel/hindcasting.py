"""What `windtunnel hindcast` does: a recording on workers of its own, or a whole scenario, beside what was recorded."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windtunnel.exits import BadInput
from windtunnel.progress import SECONDS_BETWEEN_LINES

if TYPE_CHECKING:
    from reports.hindcasting.comparing import Fleet
    from reports.hindcasting.figures import Hindcast, QueueHindcast
    from scenarios.traces.recording import Recording

NO_WAITS = "does not say when jobs queued and when they started: there is no wait to compare with"
MOST_WORKERS = 100_000


def is_scenario(source: str) -> bool:
    """A YAML file, or a name of the catalogue."""
    from scenarios import catalogue

    return source.endswith((".yaml", ".yml")) or source in catalogue.names()


def fleet_of(values: Sequence[str]) -> "Fleet":
    """Of `--fleet`: `peak`, `best`, `by-day` or a number for all queues, NAME=… for one."""
    from reports.hindcasting.comparing import BEST, BY_DAY, PEAK, Fleet

    named: dict[str, int] = {}
    otherwise: int | str | None = None
    for value in values:
        name, equals, text = value.rpartition("=")
        if not equals and text in (PEAK, BEST, BY_DAY):
            workers: int | str = text
        elif text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS:
            workers = int(text)
        else:
            raise BadInput(f"--fleet {value}: write N, QUEUE=N (N from 1 to {MOST_WORKERS:,}), peak, best or by-day")
        if equals and isinstance(workers, int):
            if name in named:
                raise BadInput(f"--fleet {name}: given twice")
            named[name] = workers
        elif otherwise is not None:
            raise BadInput(f"--fleet {value}: {otherwise} is for all queues already")
        else:
            otherwise = workers
    return Fleet(named, PEAK if otherwise is None else otherwise)


def of_trace(
    recording: "Recording", name: str, by: str | None, fleet: "Fleet", policies: Sequence[str], quiet: bool
) -> "Hindcast":
    """Each queue on workers of its own. Raises BadInput where the recording has no waits or not these queues."""
    from reports.hindcasting.comparing import groups_of, hindcast_all, ranking
    from reports.hindcasting.figures import Hindcast
    from scenarios.problems import choices

    if recording.processors is not None and int(recording.processors.max()) > 1:
        raise BadInput(
            f"{recording.reading.path} has jobs of several processors, and a worker takes one job: give a scenario "
            "with `format: swf` and a fleet, such as `windtunnel hindcast easy-backfilling --trace FILE`"
        )
    by = by or ("queue" if recording.queue is not None else "all")
    check(recording, by)
    names = [group.name for group in groups_of(recording, by)]
    if unknown := [one for one in fleet.named if one not in names]:
        raise BadInput(f"--fleet {unknown[0]}=…: no such {by}: {choices(unknown[0], names)}")

    queues: list[QueueHindcast] = []
    left: list[str] = []
    interrupted = False
    try:
        for found in hindcast_all(recording, by, fleet, policies, _teller(quiet)):
            if isinstance(found, str):
                left.append(found)
            else:
                queues.append(found)
    except KeyboardInterrupt:
        if not queues:
            raise
        interrupted = True
        left.append(f"interrupted after {len(queues) + len(left)} of {len(names)} queues")
    if not queues:
        raise BadInput(f"{recording.reading.path} {NO_WAITS}")
    queues.sort(key=lambda queue: -queue.jobs * queue.recorded.mean_us)
    reading = recording.reading
    return Hindcast(
        path=reading.path, format=name, rows=reading.rows, used=reading.used, by="all jobs" if by == "all" else by,
        queues=tuple(queues), ranking=ranking(queues), notes=(*_refused(recording), *reading.notes),
        left_out=tuple(left), interrupted=interrupted,
    )  # fmt: skip


def _teller(quiet: bool) -> Callable[[str, int, int], None]:
    """A plain line now and then."""
    last = time.monotonic()

    def tell(queue: str, at: int, of: int) -> None:
        nonlocal last
        if not quiet and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            click.echo(f"{queue} ({at + 1} of {of} queues)", err=True)

    return tell


def of_scenario(source: str, trace: str | None, by: str | None, policies: Sequence[str], quiet: bool) -> "Hindcast":
    """All of its policies, or those named, on its own fleet."""
    from reports.hindcasting.comparing import compare_runs, ranking
    from reports.hindcasting.figures import Hindcast
    from reports.hindcasting.replaying import simulated_waits
    from scenarios.loader import load_scenario, resolve_policies
    from scenarios.traces.trace import read_trace
    from sim.run import simulate
    from windtunnel.choosing import choose_policies
    from windtunnel.progress import progress

    scenario = load_scenario(source, (), trace)
    if scenario.workload.trace is None:
        raise BadInput(f"{source} has no recorded workload: a hindcast replays `workload.trace`")
    recording = read_trace(scenario.workload.trace)
    by = by or ("queue" if recording.queue is not None else "label" if len(recording.labels) <= 40 else "all")
    check(recording, by)
    names = choose_policies(tuple(policies), resolve_policies(scenario))
    waits = {}
    with progress(names, quiet) as begin:
        for name in names:
            waits[name] = simulated_waits(recording, simulate(scenario, name, on_progress=begin(name)))
    queues = compare_runs(recording, by, waits, scenario.warm_up)
    if not queues:
        raise BadInput(f"{recording.reading.path}: no job after the warm-up has a known wait and started")
    reading = recording.reading
    return Hindcast(
        path=f"{Path(source).name}: {reading.path}", format=scenario.workload.trace.format, rows=reading.rows,
        used=reading.used, by="all jobs" if by == "all" else by, queues=tuple(queues), ranking=ranking(queues),
        notes=(*_refused(recording), *reading.notes),
    )  # fmt: skip


def check(recording: "Recording", by: str) -> None:
    """Raise BadInput for a recording without waits, and for queues that it does not know."""
    if recording.known_wait_us() is None:
        raise BadInput(f"{recording.reading.path} {NO_WAITS}")
    if by == "queue" and recording.queue is None:
        raise BadInput(f"--by queue: {recording.reading.path} does not say what runners jobs asked for")


def _refused(recording: "Recording") -> list[str]:
    """What was not replayed: jobs that were still there when the recording ended as one note, all others by reason."""
    from reports.wording import several
    from scenarios.traces.jobs import NOT_ENDED, NOT_STARTED

    notes, open_ones = [], []
    for one in recording.reading.refused:
        if one.reason.startswith((NOT_ENDED, NOT_STARTED)):
            open_ones.append(one)
        else:
            notes.append(f"{several(one.count, 'row')} not replayed: {one.reason}")
    if open_ones:
        total = sum(one.count for one in open_ones)
        states = ", ".join(f"{one.count:,} {one.reason.rpartition('(')[2].rstrip(')')}" for one in open_ones)
        notes.append(
            f"{several(total, 'row')} not replayed: not at their end when they were recorded ({states}); as far as "
            "they took workers, the replay has more room than there was"
        )
    return notes

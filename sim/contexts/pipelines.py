"""How long pipelines that are written out take: figures by name, and the critical path of the slowest of each."""

from collections.abc import Mapping, Sequence

from domain.contracts.orchestration import JobEnded, JobStarted, PipelineEnded
from domain.orchestration.specs import PipelineSpec
from domain.shared.events import Translation
from domain.shared.ids import JobId, PipelineId
from scenarios.pipelines import Occurrence, last_time, occurrences, spec_of
from scenarios.spec import ExplicitPipeline
from sim.contexts.parts import Joined, Parts
from sim.quantiles import percentile
from sim.results import FiguresTable

CONTEXT = "pipelines"
LONGEST_PATHS = 5
"""Critical paths that are told: of the pipelines that come first in the file."""


def join(parts: Parts, check: bool) -> Joined:
    pipelines = parts.scenario.workload.pipelines
    if pipelines is None:
        return Joined()
    horizon = parts.scenario.horizon or last_time(pipelines) + 1
    books = Books(pipelines, list(occurrences(pipelines, horizon)))
    return Joined(observes=(books.subscriptions(),), tables=books.tables)


class Books:
    """When each job and pipeline started and ended. Ids count up in order of arrival, so they say what is what."""

    def __init__(self, pipelines: Mapping[str, ExplicitPipeline], arrivals: Sequence[Occurrence]) -> None:
        self._specs: dict[str, PipelineSpec] = {name: spec_of(pipeline) for name, pipeline in pipelines.items()}
        self._arrivals = arrivals
        self._first_job: list[int] = []
        jobs = 0
        for arrival in arrivals:
            self._first_job.append(jobs)
            jobs += len(self._specs[arrival.name].jobs)
        self._started_us = [-1] * jobs
        self._ended_us = [-1] * jobs
        self._states = [""] * jobs
        self._pipelines: dict[int, tuple[int, str]] = {}  # number of the arrival → (ended, state)

    def subscriptions(self) -> Translation:
        def started(event: JobStarted) -> None:
            self._started_us[_number(event.job)] = event.at_us

        def job_ended(event: JobEnded) -> None:
            number = _number(event.job)
            self._ended_us[number] = event.at_us
            self._states[number] = event.state

        def ended(event: PipelineEnded) -> None:
            self._pipelines[_number(event.pipeline)] = (event.at_us, event.state)

        return {JobStarted: started, JobEnded: job_ended, PipelineEnded: ended}

    def tables(self) -> Sequence[FiguresTable]:
        by_name: dict[str, list[tuple[int, int, str]]] = {name: [] for name in self._specs}
        for number, (ended_us, state) in sorted(self._pipelines.items()):
            arrival = self._arrivals[number]
            by_name[arrival.name].append((ended_us - arrival.at_us, number, state))
        slowest = {name: max(runs)[1] for name, runs in by_name.items() if runs}
        paths = [self._path(name, number) for name, number in list(slowest.items())[:LONGEST_PATHS]]
        return [_durations(by_name, self._specs), *paths]

    def _path(self, name: str, number: int) -> FiguresTable:
        """From the job that ended last back to the need that kept it waiting longest, and so on."""
        spec, first = self._specs[name], self._first_job[number]
        place = {job.name: first + at for at, job in enumerate(spec.jobs)}
        ran = [at for at in place.values() if self._started_us[at] >= 0]
        path: list[int] = []
        at = max(ran, key=lambda one: self._ended_us[one], default=None)
        while at is not None:
            path.append(at)
            needs = [place[need] for need in spec.jobs[at - first].needs if self._ended_us[place[need]] >= 0]
            at = max(needs, key=lambda one: self._ended_us[one], default=None)
        free_us, rows = self._arrivals[number].at_us, []
        for at in reversed(path):
            began = self._started_us[at]
            waited = began - free_us if began >= 0 else self._ended_us[at] - free_us
            row = (
                spec.jobs[at - first].name,
                waited,
                self._ended_us[at] - began if began >= 0 else 0,
                self._states[at],
            )
            rows.append(row)
            free_us = self._ended_us[at]
        return FiguresTable(
            CONTEXT,
            f"Critical path of {name}",
            (("job", "text"), ("waited", "us"), ("ran", "us"), ("ended", "text")),
            tuple(rows),
            "the chain of jobs that made its slowest run as long as it was; waited: from the end of the job before "
            "(or from the arrival of the pipeline) until its work began; ran: its last attempt",
        )


def _durations(by_name: Mapping[str, list[tuple[int, int, str]]], specs: Mapping[str, PipelineSpec]) -> FiguresTable:
    rows: list[tuple[str | int | float | None, ...]] = []
    for name, runs in by_name.items():
        times = sorted(duration for duration, _, _ in runs)
        succeeded = sum(state == "SUCCEEDED" for _, _, state in runs)
        figures = (percentile(times, 50), percentile(times, 95), times[-1]) if times else (None, None, None)
        rows.append((name, len(specs[name].jobs), len(runs), succeeded, *figures))
    return FiguresTable(
        CONTEXT,
        "How long pipelines took",
        (
            ("pipeline", "text"), ("jobs", "count"), ("came", "count"), ("succeeded", "count"), ("p50", "us"),
            ("p95", "us"), ("longest", "us"),
        ),
        tuple(rows),
        "from arrival until the last job ended, whatever came before the horizon or after it",
    )  # fmt: skip


def _number(id: JobId | PipelineId) -> int:
    """Ids count from 1."""
    return int(id) - 1

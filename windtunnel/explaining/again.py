"""A run again, with somebody looking on: it must be the same run, event for event, or nothing is told."""

from collections.abc import Sequence

from msgspec.structs import replace

from sim.results import RunResult
from sim.run import simulate
from windtunnel.exits import BadInput
from windtunnel.explaining.figures import Explanation, Told
from windtunnel.explaining.lives import BEFORE_QUEUE, Life
from windtunnel.explaining.probe import Probe
from windtunnel.explaining.selection import wait_us
from windtunnel.explaining.source import Source
from windtunnel.explaining.words import sentences
from windtunnel.progress import OnProgress


def run_again(source: Source, rows: Sequence[int], looks: int, on_progress: OnProgress) -> list[Explanation]:
    """Explanations of the jobs in these rows of the job table. Raises BadInput where the run is not the same."""
    result = source.result
    lives = [_life(result, row, looks) for row in rows]
    probe = Probe({life.job: life for life in lives}, result.scheduling["placement"])
    again = simulate(source.scenario, result.policy, seed=result.seed, on_progress=on_progress, probe=probe)
    if (again.digest, again.events) != (result.digest, result.events):
        raise BadInput(
            f"{source.name} cannot be explained: run again, it is another run ({again.events:,} events with digest "
            f"{again.digest[:16]} instead of {result.events:,} with {result.digest[:16]}); {'; '.join(source.made_by)}"
        )
    waits = wait_us(result)
    return [_explained(result, row, life, int(waits[row])) for row, life in zip(rows, lives, strict=True)]


def _life(result: RunResult, row: int, looks: int) -> Life:
    jobs = result.jobs
    queued = int(jobs.queued_us[row])
    placed = int(jobs.assigned_us[row]) if jobs.assigned_us[row] >= 0 else int(jobs.finished_us[row])
    moments = [queued + (placed - queued) * step // (looks + 1) for step in range(1, looks + 1) if queued >= 0]
    return Life(int(jobs.job[row]), int(jobs.pipeline[row]), moments)


def _explained(result: RunResult, row: int, life: Life, wait: int) -> Explanation:
    jobs = result.jobs
    queued = int(jobs.queued_us[row])
    left = queued + wait if queued >= 0 else queued
    shares = life.shares(queued, left) if queued >= 0 else ()
    counted = sum(one.us for one in shares)
    if counted != max(wait, 0):
        raise AssertionError(f"the causes of job {life.job} add up to {counted} µs, and it waited {wait} µs")
    begun = life.segments[0].from_us if life.segments else queued
    return Explanation(
        job=life.job,
        pipeline=life.pipeline,
        tenant=result.tenants[jobs.tenant[row]],
        label=result.labels[jobs.label[row]],
        name=life.name,
        state=life.state,
        end_cause=life.end_cause,
        attempts=int(jobs.attempts[row]),
        resources=life.resources,
        runs_on=life.runs_on,
        requires=life.requires,
        submitted_us=begun,
        queued_us=queued,
        started_us=int(jobs.started_us[row]),
        finished_us=int(jobs.finished_us[row]),
        wait_us=max(wait, 0),
        wait=shares,
        before_queue=life.shares(begun, queued if queued >= 0 else life.finished_us, BEFORE_QUEUE),
        segments=tuple(life.segments),
        looks=tuple(life.looks),
        decisions=tuple(life.decisions),
        passed=tuple(sorted(life.passed.values(), key=lambda one: -one.times)),
        waited_for=life.waited_for,
        table_node=int(jobs.node[row]),
    )


def told_of(result: RunResult, found: Sequence[Explanation]) -> Told:
    """The answer, with what was found in words."""
    allocator, ordering, placement = (result.scheduling[key] for key in ("allocator", "ordering", "placement"))
    return Told(
        scenario=result.scenario,
        policy=result.policy,
        allocator=allocator,
        ordering=ordering,
        placement=placement,
        seed=result.seed,
        digest=result.digest,
        events=result.events,
        jobs=tuple(replace(one, sentences=sentences(one, ordering, allocator)) for one in found),
    )

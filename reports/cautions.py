"""What a reader must know before trusting the figures of a run, in words."""

from reports.figures import QueueWaits, Utilisation
from reports.timeline import Steps, mean_queued
from reports.wording import count, duration, listed, percent, several
from sim.results import RunResult

GROWN_JOBS = 20  # fewer jobs more in the queue than at the start say nothing
GROWN_SHARE = 0.01  # of all jobs of the window


def cautions(result: RunResult, use: Utilisation, waits: QueueWaits, waiting: Steps) -> tuple[str, ...]:
    """Warnings in order of weight; empty for a run whose figures mean what they say."""
    found = [
        *_contradictions(use),
        *_nothing_to_say(result, waits),
        *_not_stationary(result, waits, waiting),
        *_never_started(waits),
        *_refused_rows(result),
        *_measured(result),
    ]
    return tuple(found)


def _contradictions(use: Utilisation) -> list[str]:
    over = [name for name, pool in use.by_pool.items() if pool.cpu_us.idle < 0 or pool.memory_us.idle < 0]
    return [f"Jobs used more than pool {listed(over)} had: the run's columns contradict each other."] if over else []


def _nothing_to_say(result: RunResult, waits: QueueWaits) -> list[str]:
    if waits.overall.jobs:
        return []
    window = f"between warm-up ({duration(result.warm_up_us)}) and horizon ({duration(result.horizon_us)})"
    return [f"No job was queued {window}: there are no waits to report."]


def _not_stationary(result: RunResult, waits: QueueWaits, waiting: Steps) -> list[str]:
    """The backlog more than doubled, by 1 % of the window's jobs and 20 at least, and had been long for a while.

    Long for a while: over the last tenth of the window the queue held half of the final backlog on average, so that
    one burst at the horizon is not taken for an overload.
    """
    low, high = result.warm_up_us, result.horizon_us
    before, after = waiting.at(low), waiting.at(high)
    grown = max(before, GROWN_JOBS, GROWN_SHARE * waits.overall.jobs)
    if after - before <= grown or high <= low:
        return []
    if mean_queued(result, (high - (high - low) // 10 - 1, high)) < after / 2:
        return []
    jobs = several(after, "job")
    seen = f"Not in a steady state: {jobs} waited at the horizon, {count(before)} at the end of the warm-up."
    return [f"{seen} Demand outran capacity, so waits depend on how long the run is."]


def _never_started(waits: QueueWaits) -> list[str]:
    never = sum(waits.never_started.values())
    if not never:
        return []
    how = listed([f"{count(n)} {outcome.lower().replace('_', ' ')}" for outcome, n in waits.never_started.items()])
    share = percent(never / waits.overall.jobs)
    has = "has" if never == 1 else "have"
    return [f"{several(never, 'job')} of {count(waits.overall.jobs)} ({share}) never started and {has} no wait: {how}."]


def _refused_rows(result: RunResult) -> list[str]:
    reading = result.reading
    if reading is None or not reading.refused:
        return []
    why = listed([f"{count(rows.count)} {rows.reason}" for rows in reading.refused])
    return [f"{several(reading.rows - reading.used, 'row')} of {count(reading.rows)} of the trace not used: {why}."]


def _measured(result: RunResult) -> list[str]:
    """Decisions that took as long as they really took make a run that nobody can repeat."""
    if "measured=" not in result.scheduling.get("decision", ""):
        return []
    return ["Not reproducible: schedulers thought as long as their planning really took on this machine."]

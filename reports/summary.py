"""One run in figures: `summarise` turns the columns of a result into a Summary."""

import numpy as np

from reports.cautions import cautions
from reports.columns import in_window
from reports.cost import cost
from reports.fairness import fairness
from reports.figures import Summary
from reports.timeline import level, queued, running
from reports.utilisation import utilisation
from reports.waits import queue_waits
from sim.results import OUTCOMES, RunResult


def summarise(result: RunResult) -> Summary:
    """All figures of one run; a pure function of its result, about 1 s for a million jobs."""
    jobs = result.jobs
    window = (result.warm_up_us, result.horizon_us)
    # A job belongs to the window by when it was queued; one that never was (skipped, cancelled) by when it ended.
    mine = in_window(np.where(jobs.queued_us >= 0, jobs.queued_us, jobs.finished_us), result)
    outcomes = np.bincount(jobs.outcome[mine], minlength=len(OUTCOMES))
    waiting = queued(result)
    use = utilisation(result)
    waits = queue_waits(result)
    return Summary(
        scenario=result.scenario,
        policy=result.policy,
        scheduling=dict(result.scheduling),
        seed=result.seed,
        warm_up_us=result.warm_up_us,
        horizon_us=result.horizon_us,
        end_us=result.end_us,
        jobs=len(jobs),
        outcomes={name: int(n) for name, n in zip(OUTCOMES, outcomes, strict=True)},
        retries=int(np.maximum(jobs.attempts[mine] - 1, 0).sum()),
        waits=waits,
        utilisation=use,
        cost=cost(result, use),
        fairness=fairness(result),
        running=level(running(result), window),
        queued=level(waiting, window),
        backlog_at_warm_up=waiting.at(result.warm_up_us),
        backlog_at_horizon=waiting.at(result.horizon_us),
        warnings=cautions(result, use, waits, waiting),
        digest=result.digest,
        events=result.events,
        work=dict(result.work),
        checked=result.checked,
        wall_s=result.wall_s,
        layer_s=dict(result.layer_s),
        jobs_per_wall_s=len(jobs) / result.wall_s if result.wall_s > 0 else None,
        reading=result.reading,
        contexts=result.contexts,
    )

"""A run, moment by moment: everything that is due at one time, then a look, exactly as it would run by itself."""

from collections.abc import Callable

from sim.wiring import Cluster

MANY = 1 << 30
FLUSH_MOMENTS = 50


def follow(cluster: Cluster, horizon_us: int, busy: Callable[[], bool], moment_over: Callable[[int], None]) -> None:
    """Run while `busy()`; `moment_over(now)` is called when nothing more is due at that time.

    Up to the horizon in whole moments; behind it step by step, since a run ends with its last job, in mid-moment.
    """
    engine, bus, jobs, moments = cluster.engine, cluster.bus, cluster.orchestrator.jobs, 0
    while busy() and (due := engine.peek()) < horizon_us:
        engine.advance(int(due) + 1, MANY)
        moment_over(engine.now)
        moments += 1
        if moments % FLUSH_MOMENTS == 0:
            bus.flush()
    while busy() and jobs:
        if engine.advance(engine.now + 1):
            continue
        moment_over(engine.now)
        due = engine.peek()
        if due == float("inf"):
            return
        engine.advance(int(due) + 1)
        bus.flush()

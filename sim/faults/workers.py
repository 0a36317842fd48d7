"""Workers that crash at work, or whose heartbeats stop for a while."""

from domain.contracts.workers import WorkerAcquired
from domain.shared.events import Translation
from domain.shared.ids import AssignmentId, WorkerId
from domain.workers.workforce import Workforce
from scenarios.distributions import latencies_us
from scenarios.spec_workers import WorkerFaults
from sim.engine import Engine
from sim.faults.draws import gaps_us
from sim.streams import Streams
from sim.truth import Truth

Serving = tuple[WorkerId, AssignmentId]


def fail_workers(
    engine: Engine, workforce: Workforce, truth: Truth, faults: WorkerFaults, heartbeats_us: dict[str, int],
    streams: Streams,
) -> Translation:  # fmt: skip
    """One draw per fault and job; a timer only where the fault comes before the job would be over.

    Heartbeats are never sent: when one falls silent, its last heartbeat was at the latest multiple of the interval,
    and its next will be at the first one after the silence.
    """
    crash = gaps_us(faults.crash, streams("workers", "crash")) if faults.crash else None
    hush = gaps_us(faults.silence, streams("workers", "silence")) if faults.silence else None
    lasts = latencies_us(faults.silent_for, streams("workers", "silent-for"))

    def acquired(event: WorkerAcquired) -> None:
        if event.job not in truth:  # the job has ended: nothing will be done
            return
        work_us = truth[event.job][0]
        serving = (event.worker, event.assignment)
        if crash is not None and (after := crash()) < work_us:
            engine.after(after, crashes, serving)
        if hush is not None and (after := hush()) < work_us:
            engine.after(after, falls_silent, (serving, event.at_us))

    def crashes(serving: Serving) -> None:
        workforce.crashed(engine.now, *serving, "worker-crash")

    def falls_silent(what: tuple[Serving, int]) -> None:
        (id, assignment), since = what
        worker = workforce.live.get(id)
        if worker is None or worker.assignment != assignment:
            return
        every = heartbeats_us[worker.pool]
        ago = (engine.now - since) % every
        workforce.silent(id, assignment, engine.now - ago)
        silence = lasts()
        engine.after(silence + -(ago + silence) % every, speaks, id)
        engine.after(workforce.pools[worker.pool].lease_us - ago, lease_over, id)

    def speaks(worker: WorkerId) -> None:
        workforce.heard(worker)

    def lease_over(worker: WorkerId) -> None:
        workforce.check_lease(engine.now, worker)

    return {WorkerAcquired: acquired}

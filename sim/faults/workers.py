"""Workers that crash at work, or whose heartbeats stop for a while."""

from domain.contracts.workers import WorkerAcquired
from domain.shared.events import Translation
from domain.shared.ids import AssignmentId, JobId, WorkerId
from domain.workers.workforce import Workforce
from scenarios.distributions import latencies_us
from scenarios.spec_workers import WorkerFaults
from sim.engine import Engine
from sim.faults.draws import gaps_of
from sim.streams import Streams
from sim.truth import Truth

Serving = tuple[WorkerId, AssignmentId]


def fail_workers(
    engine: Engine, workforce: Workforce, truth: Truth, faults: WorkerFaults, heartbeats_us: dict[str, int],
    streams: Streams,
) -> Translation:  # fmt: skip
    """One draw per fault and attempt, its own; a timer only where the fault comes before the job would be over.

    Heartbeats are never sent: when one falls silent, its last heartbeat was at the latest multiple of the interval,
    and its next will be at the first one after the silence.
    """
    crash = gaps_of(faults.crash, streams("workers", "crash")) if faults.crash else None
    hush = gaps_of(faults.silence, streams("workers", "silence")) if faults.silence else None

    def acquired(event: WorkerAcquired) -> None:
        if event.job not in truth:  # the job has ended: nothing will be done
            return
        work_us = truth[event.job][0]
        serving = (event.worker, event.assignment)
        job, attempt = event.job, event.attempt
        if crash is not None and (after := crash(job, attempt)) < work_us:
            engine.after(after, crashes, serving)
        if hush is not None and (after := hush(job, attempt)) < work_us:
            engine.after(after, falls_silent, (serving, event.at_us, (job, attempt)))

    def crashes(serving: Serving) -> None:
        workforce.crashed(engine.now, *serving, "worker-crash")

    def falls_silent(what: tuple[Serving, int, tuple[JobId, int]]) -> None:
        (id, assignment), since, (job, attempt) = what
        worker = workforce.live.get(id)
        if worker is None or worker.assignment != assignment:
            return
        every = heartbeats_us[worker.pool]
        ago = (engine.now - since) % every
        workforce.silent(id, assignment, engine.now - ago)
        silence = latencies_us(faults.silent_for, streams(f"job/{job}/{attempt}", "silent-for"))()
        engine.after(silence + -(ago + silence) % every, speaks, id)
        engine.after(workforce.pools[worker.pool].lease_us - ago, lease_over, id)

    def speaks(worker: WorkerId) -> None:
        workforce.heard(worker)

    def lease_over(worker: WorkerId) -> None:
        workforce.check_lease(engine.now, worker)

    return {WorkerAcquired: acquired}

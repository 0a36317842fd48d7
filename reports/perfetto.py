"""A run as a Perfetto trace for ui.perfetto.dev: nodes with what ran on them, pipelines by tenant, queues, alerts."""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any

import msgspec

from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionStarted, ExecutionUploading
from domain.contracts.orchestration import JobEnded, JobQueued, PipelineEnded, PipelineStarted
from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked, JobPlaced
from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Event, Translation
from domain.telemetry.recording import PREPARE, RUN, START, UPLOAD
from domain.telemetry.tracing import one_in, trace_id
from reports.perfetto_packets import Ordering, Packets


class Lanes:
    """The tracks of one thing on which several slices may lie at once: the lowest free one, or one more."""

    def __init__(self, make: Callable[[], int]) -> None:
        self._make = make
        self._free: list[int] = []

    def take(self) -> int:
        return heappop(self._free) if self._free else self._make()

    def give(self, track: int) -> None:
        heappush(self._free, track)


class Placed(msgspec.Struct):
    """A job on a node: its lane, 0 where it is not to be seen, and the phase that it is in."""

    node: int
    job: int
    lane: int
    phase: str = START
    since_us: int = 0


class Job(msgspec.Struct):
    """What is known of a job while it lives."""

    pipeline: int
    tenant: str
    label: str
    queued_us: int
    waits: bool = True


class PerfettoTrace:
    """Turns events, in their order, into packets. With `keep_one_in` n, slices are of about one pipeline in n.

    Counters are always of all jobs.
    """

    def __init__(self, write: Callable[[bytes], object], seed: int, keep_one_in: int = 1) -> None:
        self.slices = 0
        self._packets = packets = Packets(write)
        self._seed, self._keep_one_in = seed, keep_one_in
        self._pools: dict[str, int] = {}
        self._nodes: dict[int, Lanes] = {}
        self._tenants: dict[str, Lanes] = {}
        self._jobs: dict[int, Job] = {}
        self._pipelines: dict[int, tuple[str, int]] = {}  # tenant, lane
        self._placed: dict[int, Placed] = {}  # by assignment
        self._at: dict[int, Placed] = {}  # by job
        self._executions: dict[int, int] = {}
        self._alerts: dict[int, int] = {}
        self._waiting: dict[str, list[int]] = {}
        self._running = 0
        self._running_track = packets.track("jobs on nodes", unit="jobs")
        self._queues = packets.track("jobs waiting", order=Ordering.AS_THEY_BEGIN)
        self._fleet = packets.track("nodes", order=Ordering.AS_THEY_BEGIN)
        self._runs = packets.track("pipelines", order=Ordering.AS_THEY_BEGIN)
        self._alarm = 0
        self._alarms: dict[str, Lanes] = {}
        self.handlers: Translation = {
            PipelineStarted: self._pipeline_started,
            JobQueued: self._job_queued,
            JobPlaced: self._job_placed,
            ExecutionStarted: self._attempt_started,
            ExecutionRunning: self._attempt_running,
            ExecutionUploading: self._attempt_uploading,
            ExecutionEnded: self._attempt_ended,
            AssignmentReleased: self._place_left,
            AssignmentRevoked: self._place_left,
            JobEnded: self._job_ended,
            PipelineEnded: self._pipeline_ended,
            AlertFired: self._alert_fired,
            AlertResolved: self._alert_resolved,
        }

    def hear(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they happened; others than those in `handlers` are passed over."""
        handlers: Any = self.handlers
        for event in events:
            handler = handlers.get(type(event))
            if handler:
                handler(event)

    def close(self, now: int) -> None:
        """End what is still open."""
        for assignment in list(self._placed):
            self._leave(now, assignment)
        for _, lane in self._pipelines.values():
            self._packets.end(now, lane)
        for track in self._alerts.values():
            self._packets.end(now, track)

    def _pipeline_started(self, event: PipelineStarted) -> None:
        if not one_in(trace_id(self._seed, event.pipeline), self._keep_one_in):
            return
        lanes = self._tenants.get(event.tenant)
        if lanes is None:
            lanes = self._tenants[event.tenant] = Lanes(
                lambda: self._packets.track(event.tenant, self._runs)  # every lane has the tenant's name
            )
        lane = lanes.take()
        self._pipelines[event.pipeline] = (event.tenant, lane)
        self.slices += 1
        self._packets.begin(
            event.at_us, lane, f"pipeline of {event.tenant}", {"pipeline": event.pipeline, "jobs": event.jobs}
        )

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        tenant, lane = self._pipelines.pop(event.pipeline, ("", 0))
        if lane:
            self._packets.end(event.at_us, lane)
            self._tenants[tenant].give(lane)

    def _job_queued(self, event: JobQueued) -> None:
        job = self._jobs.get(event.job)
        if job is None:
            self._jobs[event.job] = Job(event.pipeline, event.tenant, event.label, event.at_us)
            self._count_waiting(event.at_us, event.tenant, 1)
        else:
            job.queued_us = event.at_us
            if not job.waits:
                job.waits = True
                self._count_waiting(event.at_us, event.tenant, 1)

    def _job_placed(self, event: JobPlaced) -> None:
        job = self._jobs.get(event.job)
        if job is None:
            return
        if job.waits:
            job.waits = False
            self._count_waiting(event.at_us, job.tenant, -1)
        self._count_running(event.at_us, 1)
        if job.pipeline not in self._pipelines:  # not sampled
            self._placed[event.assignment] = Placed(event.node, event.job, 0)
            return
        lane = self._node(event.node, event.pool).take()
        self._placed[event.assignment] = self._at[event.job] = Placed(event.node, event.job, lane, START, event.at_us)
        waited = event.at_us - job.queued_us
        notes: dict[str, str | int] = {
            "job": event.job, "pipeline": job.pipeline, "tenant": job.tenant, "attempt": event.attempt,
            "waited": f"{waited // 1_000_000} s", "trace": trace_id(self._seed, job.pipeline),
        }  # fmt: skip
        self.slices += 1
        self._packets.begin(event.at_us, lane, job.label, notes)

    def _attempt_started(self, event: ExecutionStarted) -> None:
        if event.job in self._at:
            self._executions[event.execution] = event.job
            self._phase(event.at_us, event.job, PREPARE)

    def _attempt_running(self, event: ExecutionRunning) -> None:
        self._phase(event.at_us, self._executions.get(event.execution, 0), RUN)

    def _attempt_uploading(self, event: ExecutionUploading) -> None:
        self._phase(event.at_us, self._executions.get(event.execution, 0), UPLOAD)

    def _attempt_ended(self, event: ExecutionEnded) -> None:
        self._executions.pop(event.execution, None)

    def _phase(self, now: int, job: int, name: str) -> None:
        """The job's phase ends, and another begins below the slice of its place."""
        place = self._at.get(job)
        if place:
            self._write_phase(now, place)
            place.phase, place.since_us = name, now

    def _write_phase(self, now: int, place: Placed) -> None:
        """Written when it is over: one that took no time is left out."""
        if place.since_us < now:
            self._packets.begin(place.since_us, place.lane, place.phase)
            self._packets.end(now, place.lane)

    def _place_left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        self._leave(event.at_us, event.assignment)

    def _leave(self, now: int, assignment: int) -> None:
        place = self._placed.pop(assignment, None)
        if place is None:
            return
        self._count_running(now, -1)
        if not place.lane:
            return
        self._write_phase(now, place)
        self._packets.end(now, place.lane)
        if self._at.get(place.job) is place:
            del self._at[place.job]
        self._nodes[place.node].give(place.lane)

    def _job_ended(self, event: JobEnded) -> None:
        job = self._jobs.pop(event.job, None)
        if job and job.waits:
            self._count_waiting(event.at_us, job.tenant, -1)

    def _alert_fired(self, event: AlertFired) -> None:
        track = self._alerts[event.alert] = self._alarms_of(event).take()
        self.slices += 1
        self._packets.begin(event.at_us, track, event.objective, {"burn_milli": event.burn_milli})

    def _alert_resolved(self, event: AlertResolved) -> None:
        track = self._alerts.pop(event.alert, 0)
        if track:
            self._packets.end(event.at_us, track)
            self._alarms_of(event).give(track)

    def _alarms_of(self, event: AlertFired | AlertResolved) -> Lanes:
        name = f"{event.objective}: {event.severity}"
        lanes = self._alarms.get(name)
        if lanes is None:
            self._alarm = self._alarm or self._packets.track("alerts", order=Ordering.AS_THEY_BEGIN)
            lanes = self._alarms[name] = Lanes(lambda: self._packets.track(name, self._alarm))
        return lanes

    def _node(self, node: int, pool: str) -> Lanes:
        lanes = self._nodes.get(node)
        if lanes is None:
            parent = self._pools.get(pool)
            if parent is None:
                parent = self._pools[pool] = self._packets.track(pool, self._fleet, order=Ordering.BY_RANK)
            lanes = self._nodes[node] = Lanes(lambda: self._packets.track(f"node {node}", parent, node))
        return lanes

    def _count_waiting(self, now: int, tenant: str, change: int) -> None:
        queue = self._waiting.get(tenant)
        if queue is None:
            queue = self._waiting[tenant] = [0, self._packets.track(f"waiting {tenant}", self._queues, unit="jobs")]
        queue[0] += change
        self._packets.counter(now, queue[1], queue[0])

    def _count_running(self, now: int, change: int) -> None:
        self._running += change
        self._packets.counter(now, self._running_track, self._running)

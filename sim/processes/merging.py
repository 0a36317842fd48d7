"""Merging in time: each batch of the merge queue is tested by a pipeline, and the queue hears how that ended."""

import msgspec

from domain.contracts.orchestration import MergeBatchEnded, MergeBatchStarted, MergeEntryEnded, PipelineEnded
from domain.orchestration.merge_queue import MergeQueue
from domain.orchestration.orchestrator import Orchestrator
from domain.shared.events import Translation
from domain.shared.ids import BatchId, EntryId, PipelineId, sequence
from domain.shared.refusals import Refused
from scenarios.workload import FAILED, Arrival
from sim.engine import Engine
from sim.processes.arrivals import Submissions


class Merging:
    """An arrival is a change. The pipeline of a batch is that of its last change, on a ref of its own.

    The truth: a batch fails when any change that it is tested with fails by itself, be it ahead or its own.
    """

    def __init__(self, engine: Engine, submissions: Submissions, orchestrator: Orchestrator, queue: MergeQueue) -> None:
        self._engine = engine
        self._submissions = submissions
        self._orchestrator = orchestrator
        self._queue = queue
        self._ids = sequence(EntryId)
        self._changes: dict[EntryId, Arrival] = {}
        self._batch_of: dict[PipelineId, BatchId] = {}
        self._pipeline_of: dict[BatchId, PipelineId] = {}
        self._ended: dict[PipelineId, str] | None = None  # while a pipeline is submitted: those that end before we know

    def take(self, arrival: Arrival) -> None:
        entry = self._ids()
        self._changes[entry] = arrival
        self._queue.enqueue(self._engine.now, arrival.tenant, entry)

    def subscriptions(self) -> Translation:
        return {
            MergeBatchStarted: self._batch_started,
            MergeBatchEnded: self._batch_ended,
            MergeEntryEnded: self._entry_ended,
            PipelineEnded: self._pipeline_ended,
        }

    def _batch_started(self, event: MergeBatchStarted) -> None:
        batch = self._queue.batches[event.batch]
        last = self._changes[batch.entries[-1].id]
        outcomes = last.outcomes
        if not _fails(last) and any(_fails(self._changes[entry.id]) for entry in self._queue.under_test(batch)):
            culprit = next((at for at, job in enumerate(last.spec.jobs) if not job.allow_failure), 0)
            outcomes = (*outcomes[:culprit], FAILED, *outcomes[culprit + 1 :])
        ended: dict[PipelineId, str] = {}
        self._ended = ended
        trigger = msgspec.structs.replace(last.trigger, ref=f"merge-queue/{event.batch}")
        answer = self._submissions.submit(
            Arrival(self._engine.now, last.tenant, last.spec, last.durations_us, outcomes, trigger)
        )
        self._ended = None
        if isinstance(answer, Refused):
            self._queue.tested(self._engine.now, event.batch, False)
        elif answer in ended:
            self._queue.tested(self._engine.now, event.batch, ended[answer] == "SUCCEEDED")
        else:
            self._batch_of[answer] = event.batch
            self._pipeline_of[event.batch] = answer

    def _batch_ended(self, event: MergeBatchEnded) -> None:
        pipeline = self._pipeline_of.pop(event.batch, None)
        if pipeline and self._batch_of.pop(pipeline, None):  # still under way: nobody wants to know how it ends
            self._orchestrator.cancel_pipeline(self._engine.now, pipeline, "dissolved")

    def _entry_ended(self, event: MergeEntryEnded) -> None:
        del self._changes[event.entry]

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        batch = self._batch_of.pop(event.pipeline, None)
        if batch:
            self._queue.tested(event.at_us, batch, event.state == "SUCCEEDED")
        elif self._ended is not None:
            self._ended[event.pipeline] = event.state


def _fails(change: Arrival) -> bool:
    """Whether its pipeline would fail if it ran alone."""
    pairs = zip(change.spec.jobs, change.outcomes, strict=True)
    return any(outcome == FAILED and not job.allow_failure for job, outcome in pairs)

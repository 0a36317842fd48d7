"""What Orchestration did in a run, counted from its events: cancelled, skipped, held, retried, merged, step by step."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from domain.contracts.orchestration import (
    JobEnded,
    JobHeld,
    JobQueued,
    JobRetried,
    MergeBatchEnded,
    MergeBatchStarted,
    MergeEntryEnded,
    MergeEntryQueued,
    PipelineEnded,
    PipelineHeld,
    PipelineRejected,
    PipelineStarted,
    StepEnded,
)
from domain.shared.events import Translation
from sim.quantiles import percentile
from sim.results import FiguresTable, Unit

CONTEXT = "orchestration"
ENDS = ("SUCCEEDED", "FAILED", "CANCELLED", "REJECTED")
BATCH_ENDS = ("MERGED", "EJECTED", "SPLIT", "DISSOLVED")
STEP_ENDS = ("SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED")
PIPELINE = "(pipeline)"


class Books:
    """Everything that happened from the warm-up on; tables that would be empty are left out."""

    def __init__(self, warm_up_us: int) -> None:
        self._from = warm_up_us
        self._event_of: dict[int, str] = {}  # live pipeline → what triggered it
        self._pipelines: Counter[tuple[str, str]] = Counter()  # trigger, end
        self._ended: Counter[tuple[str, str, str]] = Counter()  # label, state, cause
        self._labels: dict[int, str] = {}  # job that is held or was queued → its label
        self._held: dict[int, tuple[str, str, int]] = {}  # job → gate, label, since
        self._pipelines_held: dict[int, int] = {}
        self._waits: dict[tuple[str, str], list[int]] = defaultdict(list)  # gate, label
        self._retries: dict[tuple[str, str], list[int]] = defaultdict(list)  # label, cause → back-offs
        self._entries: Counter[tuple[str, str]] = Counter()  # tenant, state
        self._entry_waits: dict[str, list[int]] = defaultdict(list)
        self._batches: Counter[tuple[str, str]] = Counter()  # tenant, state
        self._speculative: Counter[str] = Counter()
        self._steps: Counter[tuple[str, int, str, str]] = Counter()  # label, position, name, state

    def subscriptions(self) -> Translation:
        return {
            PipelineHeld: self._pipeline_held,
            PipelineStarted: self._pipeline_started,
            PipelineRejected: self._pipeline_rejected,
            PipelineEnded: self._pipeline_ended,
            JobHeld: self._job_held,
            JobQueued: self._job_queued,
            JobRetried: self._job_retried,
            JobEnded: self._job_ended,
            StepEnded: self._step_ended,
            MergeEntryQueued: self._entry_queued,
            MergeEntryEnded: self._entry_ended,
            MergeBatchStarted: self._batch_started,
            MergeBatchEnded: self._batch_ended,
        }

    # --- hearing -----------------------------------------------------------------------------------------------

    def _pipeline_held(self, event: PipelineHeld) -> None:
        self._event_of[event.pipeline] = event.event
        self._pipelines_held[event.pipeline] = event.at_us

    def _pipeline_started(self, event: PipelineStarted) -> None:
        self._event_of[event.pipeline] = event.event
        self._pipeline_over(event.pipeline, event.at_us)

    def _pipeline_over(self, pipeline: int, now: int) -> None:
        since = self._pipelines_held.pop(pipeline, None)
        if since is not None and since >= self._from:
            self._waits["concurrency", PIPELINE].append(now - since)

    def _pipeline_rejected(self, event: PipelineRejected) -> None:
        if event.at_us >= self._from:
            self._pipelines[event.event, "REJECTED"] += 1

    def _pipeline_ended(self, event: PipelineEnded) -> None:
        trigger = self._event_of.pop(event.pipeline)
        self._pipeline_over(event.pipeline, event.at_us)
        if event.at_us >= self._from:
            self._pipelines[trigger, event.state] += 1

    def _job_held(self, event: JobHeld) -> None:
        self._let_go(event.job, event.at_us)
        self._held[event.job] = (event.gate, event.label, event.at_us)

    def _let_go(self, job: int, now: int) -> None:
        held = self._held.pop(job, None)
        if held and held[2] >= self._from:
            self._waits[held[0], held[1]].append(now - held[2])

    def _job_queued(self, event: JobQueued) -> None:
        self._labels[event.job] = event.label
        if self._held:
            self._let_go(event.job, event.at_us)

    def _job_retried(self, event: JobRetried) -> None:
        if event.at_us >= self._from:
            self._retries[self._labels[event.job], event.cause].append(event.after_us)

    def _job_ended(self, event: JobEnded) -> None:
        self._labels.pop(event.job, None)
        self._let_go(event.job, event.at_us)
        if event.at_us >= self._from and event.state in ("CANCELLED", "SKIPPED"):
            self._ended[event.label, event.state, event.cause] += 1

    def _step_ended(self, event: StepEnded) -> None:
        if event.at_us >= self._from:
            self._steps[self._labels[event.job], event.step, event.name, event.state] += 1

    def _entry_queued(self, event: MergeEntryQueued) -> None:
        if event.at_us >= self._from:
            self._entries[event.tenant, "QUEUED"] += 1

    def _entry_ended(self, event: MergeEntryEnded) -> None:
        if event.at_us >= self._from:
            self._entries[event.tenant, event.state] += 1
            if event.state == "MERGED":
                self._entry_waits[event.tenant].append(event.waited_us)

    def _batch_started(self, event: MergeBatchStarted) -> None:
        if event.at_us >= self._from and event.ahead:
            self._speculative[event.tenant] += 1

    def _batch_ended(self, event: MergeBatchEnded) -> None:
        if event.at_us >= self._from:
            self._batches[event.tenant, event.state] += 1

    # --- telling -----------------------------------------------------------------------------------------------

    def tables(self) -> Sequence[FiguresTable]:
        made = (self._triggers(), self._not_run(), self._gates(), self._again(), self._merges(), self._each_step())
        return [one for one in made if one.rows]

    def _triggers(self) -> FiguresTable:
        rows: list[Row] = [
            (trigger, sum(counts), *counts)
            for trigger in _firsts(self._pipelines)
            if (counts := [self._pipelines[trigger, end] for end in ENDS])
        ]
        columns: Columns = [("trigger", "text"), ("pipelines", "count"), *((end.lower(), "count") for end in ENDS)]
        return _table("Pipelines by trigger", columns, rows)

    def _not_run(self) -> FiguresTable:
        rows = [
            (
                label,
                "skipped: what it needs did not end as it wants" if state == "SKIPPED" else f"cancelled: {cause}",
                n,
            )
            for (label, state, cause), n in sorted(self._ended.items())
        ]
        return _table("Jobs that were not let finish", [("label", "text"), ("why", "text"), ("jobs", "count")], rows)

    def _gates(self) -> FiguresTable:
        columns: Columns = [
            ("gate", "text"),
            ("label", "text"),
            ("held", "count"),
            ("p50", "us"),
            ("p95", "us"),
            ("longest", "us"),
        ]
        rows = [
            (gate, label, len(waits), *(_percentile(waits, p) for p in (50, 95, 100)))
            for (gate, label), waits in sorted(self._waits.items())
        ]
        note = "from the end of the last need until the job queued, passed on to the next gate, or ended"
        return _table("Time that jobs were held although nothing was missing", columns, rows, note)

    def _again(self) -> FiguresTable:
        columns: Columns = [("label", "text"), ("cause", "text"), ("retries", "count"), ("back-off", "us")]
        rows = [(label, why, len(waits), sum(waits)) for (label, why), waits in sorted(self._retries.items())]
        return _table("Retries by cause", columns, rows)

    def _merges(self) -> FiguresTable:
        columns: Columns = [
            ("tenant", "text"), ("changes", "count"), ("merged", "count"), ("ejected", "count"),
            ("wait p50", "us"), ("wait p95", "us"), ("speculative batches", "count"),
            *((f"batches {end.lower()}", "count") for end in BATCH_ENDS), ("pipelines per merge", "rate"),
        ]  # fmt: skip
        rows: list[Row] = []
        for tenant in _firsts(self._entries):
            merged, waits = self._entries[tenant, "MERGED"], self._entry_waits[tenant]
            ends = [self._batches[tenant, end] for end in BATCH_ENDS]
            rows.append((
                tenant, self._entries[tenant, "QUEUED"], merged, self._entries[tenant, "EJECTED"],
                _percentile(waits, 50), _percentile(waits, 95), self._speculative[tenant],
                *ends, sum(ends) / merged if merged else None,
            ))  # fmt: skip
        return _table("Merge queue", columns, rows, "waits are those of merged changes, from queueing to merge")

    def _each_step(self) -> FiguresTable:
        columns: Columns = [
            ("label", "text"),
            ("step", "text"),
            *((end.lower().replace("_", " "), "count") for end in STEP_ENDS),
        ]
        steps = sorted({key[:3] for key in self._steps})
        rows: list[Row] = [
            (label, name, *(self._steps[label, at, name, end] for end in STEP_ENDS)) for label, at, name in steps
        ]
        return _table("Steps", columns, rows, "one count per attempt")


Row = tuple[str | int | float | None, ...]
Columns = list[tuple[str, Unit]]


def _table(title: str, columns: Columns, rows: Sequence[Row], note: str = "") -> FiguresTable:
    return FiguresTable(CONTEXT, title, tuple(columns), tuple(rows), note, "after warm-up")


def _firsts(counts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The first names of the keys, each once, in order."""
    return iter(sorted({first for first, _ in counts}))


def _percentile(values: Sequence[int], percent: int) -> int | None:
    return percentile(sorted(values), percent) if values else None

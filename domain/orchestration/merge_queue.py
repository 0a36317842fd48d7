"""The merge queue: changes are tested in order, each on top of those ahead, several batches at once on speculation."""

from typing import ClassVar

import msgspec

from domain.contracts.orchestration import (
    MergeBatchEnded,
    MergeBatchStarted,
    MergeBatchTested,
    MergeEntryEnded,
    MergeEntryQueued,
)
from domain.shared.events import Event, Publish
from domain.shared.ids import BatchId, EntryId, sequence
from domain.shared.lifecycle import Aggregate, Table


class MergeQueuePolicy(msgspec.Struct, frozen=True):
    """How many entries are tested together, and how many batches at once; all but the first are speculation."""

    batch_size: int = 1
    depth: int = 1

    def __post_init__(self) -> None:
        if min(self.batch_size, self.depth) < 1:
            raise ValueError("a merge queue tests at least one batch of one entry at a time")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A change that wants to be merged."""

    id: EntryId
    since_us: int


class Batch(Aggregate, eq=False):
    """Entries that one pipeline tests, on top of all batches ahead.

    TESTING → PASSED → MERGED; TESTING → FAILED → EJECTED (one entry) | SPLIT (more: the halves are tested again);
    whatever stands behind one that did not merge is DISSOLVED, and its entries are tested anew.
    """

    INITIAL: ClassVar[str] = "TESTING"
    MOVES: ClassVar[Table] = {
        "TESTING": {"accept": "PASSED", "fail": "FAILED", "dissolve": "DISSOLVED"},
        "PASSED": {"merge": "MERGED", "dissolve": "DISSOLVED"},
        "FAILED": {"eject": "EJECTED", "split": "SPLIT", "dissolve": "DISSOLVED"},
        "MERGED": {},
        "EJECTED": {},
        "SPLIT": {},
        "DISSOLVED": {},
    }

    id: BatchId
    tenant: str
    entries: tuple[Entry, ...]
    state: str = "TESTING"

    def started(self, now: int, ahead: int) -> Event:
        return MergeBatchStarted(now, self.id, self.tenant, len(self.entries), ahead)

    def tested(self, now: int, passed: bool) -> Event:
        self.move("accept" if passed else "fail")
        return MergeBatchTested(now, self.id, self.tenant, self.state)

    def end(self, now: int, move: str) -> Event:
        """merge, eject, split or dissolve."""
        self.move(move)
        return MergeBatchEnded(now, self.id, self.tenant, len(self.entries), self.state)


class _Line(msgspec.Struct):
    """One tenant's queue: batches under test in order, entries behind them, and how large the next batches may be."""

    batches: list[Batch]
    waiting: list[Entry]
    sizes: list[int]


class MergeQueue:
    """One queue per tenant. What is decided about a batch is decided when nothing is ahead of it any more.

    The halves of a batch that failed are tested one after the other, until a single entry fails: it is the culprit,
    and leaves. A failure behind others may be theirs: it counts only once they have merged.
    """

    def __init__(self, policy: MergeQueuePolicy, publish: Publish) -> None:
        self.batches: dict[BatchId, Batch] = {}
        self._policy = policy
        self._publish = publish
        self._ids = sequence(BatchId)
        self._lines: dict[str, _Line] = {}
        self._news: list[tuple[int, BatchId, bool]] = []  # that came while other news was acted upon
        self._late: dict[str, int] = {}  # tenant → when something was enqueued meanwhile
        self._busy = False

    def enqueue(self, now: int, tenant: str, id: EntryId) -> None:
        line = self._lines.setdefault(tenant, _Line([], [], []))
        line.waiting.append(Entry(id, now))
        self._publish(MergeEntryQueued(now, id, tenant))
        self._late[tenant] = now
        if not self._busy:
            self._catch_up()

    def tested(self, now: int, id: BatchId, passed: bool) -> None:
        """The pipeline of a batch has ended; news of batches that are no longer under test changes nothing.

        To start a batch may end another one's pipeline, so news may come in the middle of a decision: it waits.
        """
        self._news.append((now, id, passed))
        if not self._busy:
            self._catch_up()

    def _catch_up(self) -> None:
        self._busy = True
        while self._news or self._late:
            if self._news:
                self._judge(*self._news.pop(0))
            else:
                tenant, now = self._late.popitem()
                if tenant in self._lines:
                    self._fill(now, tenant, self._lines[tenant])
        self._busy = False

    def _judge(self, now: int, id: BatchId, passed: bool) -> None:
        batch = self.batches.get(id)
        if batch is None or batch.state != "TESTING":
            return
        self._publish(batch.tested(now, passed))
        line = self._lines[batch.tenant]
        while line.batches and line.batches[0].state != "TESTING":
            if line.batches[0].state == "PASSED":
                self._merge(now, line)
            else:
                self._fail(now, line)
        self._fill(now, batch.tenant, line)

    def under_test(self, batch: Batch) -> tuple[Entry, ...]:
        """What a batch is tested with: the entries of all batches ahead, then its own."""
        line = self._lines[batch.tenant].batches
        return tuple(entry for one in line[: line.index(batch) + 1] for entry in one.entries)

    def _merge(self, now: int, line: _Line) -> None:
        batch = line.batches.pop(0)
        del self.batches[batch.id]
        self._publish(batch.end(now, "merge"))
        for entry in batch.entries:
            self._publish(MergeEntryEnded(now, entry.id, batch.tenant, "MERGED", now - entry.since_us))

    def _fail(self, now: int, line: _Line) -> None:
        """The first batch failed, and nobody else can be to blame."""
        batch, *behind = line.batches
        line.batches.clear()
        again = [entry for one in behind for entry in one.entries]
        if len(batch.entries) > 1:
            again = [*batch.entries, *again]
            line.sizes[:] = [len(batch.entries) - len(batch.entries) // 2, len(batch.entries) // 2]
        else:
            line.sizes.clear()
        line.waiting[:0] = again
        for one in (batch, *behind):
            del self.batches[one.id]
        for one in behind:
            self._publish(one.end(now, "dissolve"))
        self._publish(batch.end(now, "split" if len(batch.entries) > 1 else "eject"))
        if len(batch.entries) == 1:
            entry = batch.entries[0]
            self._publish(MergeEntryEnded(now, entry.id, batch.tenant, "EJECTED", now - entry.since_us))

    def _fill(self, now: int, tenant: str, line: _Line) -> None:
        """Start batches while there are entries, and the depth allows."""
        while line.waiting and len(line.batches) < self._policy.depth:
            size = line.sizes.pop(0) if line.sizes else self._policy.batch_size
            batch = Batch(self._ids(), tenant, tuple(line.waiting[:size]))
            del line.waiting[:size]
            line.batches.append(batch)
            self.batches[batch.id] = batch
            self._publish(batch.started(now, len(line.batches) - 1))
        if not line.batches:
            self._lines.pop(tenant, None)

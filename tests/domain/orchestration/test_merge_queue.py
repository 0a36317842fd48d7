"""The merge queue merges what passes, in order, ejects the culprit alone, and tests again whatever stood behind it."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.contracts import orchestration as o
from domain.orchestration.merge_queue import MergeQueue, MergeQueuePolicy
from domain.shared.ids import BatchId, EntryId


class Line:
    """A queue of one tenant; `bad` changes fail whatever they are tested with."""

    def __init__(self, size: int, depth: int, bad: set[int] = frozenset()) -> None:
        self.said: list = []
        self.bad = bad
        self.queue = MergeQueue(MergeQueuePolicy(size, depth), self.said.append)

    def enqueue(self, *entries: int, tenant: str = "t") -> None:
        for entry in entries:
            self.queue.enqueue(entry, tenant, EntryId(entry))

    def testing(self) -> dict[int, list[int]]:
        return {
            id: [entry.id for entry in batch.entries]
            for id, batch in self.queue.batches.items() if batch.state == "TESTING"
        }  # fmt: skip

    def test(self, id: int) -> None:
        """The truth: it fails if anything that it is tested with is bad."""
        batch = self.queue.batches[BatchId(id)]
        passed = not any(entry.id in self.bad for entry in self.queue.under_test(batch))
        self.queue.tested(100, BatchId(id), passed)

    def of(self, state: str) -> list[int]:
        return [event.entry for event in self.said if isinstance(event, o.MergeEntryEnded) and event.state == state]

    def batches(self) -> list[tuple[int, str]]:
        return [(event.batch, event.state) for event in self.said if isinstance(event, o.MergeBatchEnded)]


def test_batches_are_tested_at_once_each_on_top_of_those_ahead() -> None:
    line = Line(2, 2)
    line.enqueue(1, 2, 3, 4, 5)
    assert line.testing() == {1: [1], 2: [2]}, "who comes first is not kept waiting for company"
    assert [entry.id for entry in line.queue.under_test(line.queue.batches[2])] == [1, 2]
    line.test(1)
    assert line.testing() == {2: [2], 3: [3, 4]}
    assert [event.ahead for event in line.said if isinstance(event, o.MergeBatchStarted)] == [0, 1, 1]


def test_what_passes_out_of_order_merges_in_order() -> None:
    line = Line(1, 3)
    line.enqueue(1, 2, 3)
    line.test(3)
    line.test(2)
    assert line.of("MERGED") == []
    line.test(1)
    assert line.of("MERGED") == [1, 2, 3]
    assert [event.waited_us for event in line.said if isinstance(event, o.MergeEntryEnded)] == [99, 98, 97]
    assert not line.queue.batches
    assert not line.queue._lines


def test_a_failure_ejects_the_culprit_and_those_behind_are_tested_anew_without_it() -> None:
    line = Line(1, 3, bad={1})
    line.enqueue(1, 2, 3)
    line.test(1)
    assert line.of("EJECTED") == [1]
    assert line.batches() == [(2, "DISSOLVED"), (3, "DISSOLVED"), (1, "EJECTED")]
    assert line.testing() == {4: [2], 5: [3]}
    line.test(4)
    line.test(5)
    assert line.of("MERGED") == [2, 3]


def test_a_failure_behind_others_waits_until_it_is_known_whose_it_is() -> None:
    line = Line(1, 2, bad={1})
    line.enqueue(1, 2)
    line.test(2)
    assert not line.batches()
    line.test(1)
    assert line.of("EJECTED") == [1]
    line.test(3)
    assert line.of("MERGED") == [2]
    own = Line(1, 2, bad={2})
    own.enqueue(1, 2)
    own.test(2)
    own.test(1)
    assert (own.of("MERGED"), own.of("EJECTED")) == ([1], [2])


def test_a_batch_that_fails_is_halved_until_the_culprit_is_alone() -> None:
    line = Line(4, 1, bad={4})
    line.enqueue(1, 2, 3, 4, 5)
    line.test(1)
    assert line.testing() == {2: [2, 3, 4, 5]}
    line.test(2)
    assert line.testing() == {3: [2, 3]}
    line.test(3)
    line.test(4)
    assert line.testing() == {5: [4]}
    line.test(5)
    assert line.of("EJECTED") == [4]
    line.test(6)
    assert line.of("MERGED") == [1, 2, 3, 5]


def test_when_the_culprit_has_gone_the_others_are_tested_together_again() -> None:
    """Small batches are for finding it, and for no longer."""
    line = Line(4, 1, bad={2})
    line.enqueue(1, 2, 3, 4, 5)
    line.test(1)
    for batch, entries in ((2, [2, 3, 4, 5]), (3, [2, 3]), (4, [2])):
        assert line.testing() == {batch: entries}
        line.test(batch)
    assert line.of("EJECTED") == [2]
    assert line.testing() == {5: [3, 4, 5]}


def test_tenants_have_queues_of_their_own() -> None:
    line = Line(1, 1)
    line.enqueue(1)
    line.enqueue(2, tenant="u")
    assert line.testing() == {1: [1], 2: [2]}


def test_news_that_comes_in_the_middle_of_a_decision_waits_for_its_end() -> None:
    line = Line(1, 2)

    def hear(event) -> None:
        line.said.append(event)
        if isinstance(event, o.MergeBatchStarted) and event.ahead:
            line.queue.tested(100, BatchId(event.batch - 1), False)

    line.queue._publish = hear
    line.enqueue(1, 2, 3)
    while line.testing():
        line.test(min(line.testing()))
    assert sorted(line.of("MERGED") + line.of("EJECTED")) == [1, 2, 3]
    assert not line.queue._lines


def test_what_is_decided_is_told_whole_before_the_news_that_it_caused_is_acted_upon() -> None:
    """Three batches are started together; that the second starts makes the first one's pipeline fail at once."""
    line = Line(1, 3, bad={1})
    line.enqueue(1, 2, 3, 4)

    def hear(event) -> None:
        line.said.append(event)
        if isinstance(event, o.MergeBatchStarted) and event.batch == 5:
            line.queue.tested(100, BatchId(4), False)

    line.queue._publish = hear
    line.test(1)
    told = [(type(event).__name__, event.batch) for event in line.said if hasattr(event, "batch")]
    began = told.index(("MergeBatchStarted", 4))
    assert told[began:][:4] == [*(("MergeBatchStarted", batch) for batch in (4, 5, 6)), ("MergeBatchTested", 4)]


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"depth": 0}])
def test_a_queue_that_tests_nothing_is_not_made(wrong) -> None:
    with pytest.raises(ValueError, match="at least one batch of one"):
        MergeQueuePolicy(**wrong)


class AnyOrderOfTests(RuleBasedStateMachine):
    """Batches end in any order, twice, and long after they were dissolved."""

    @initialize(size=st.integers(1, 4), depth=st.integers(1, 4), bad=st.sets(st.integers(1, 30)))
    def begin(self, size, depth, bad) -> None:
        self.line = Line(size, depth, bad)
        self.depth = depth
        self.came = 0

    @rule(many=st.integers(1, 5))
    def enqueue(self, many) -> None:
        for _ in range(many):
            self.came += 1
            self.line.enqueue(self.came)

    @rule(data=st.data())
    def a_test_ends(self, data) -> None:
        live = sorted(self.line.testing())
        if live:
            self.line.test(data.draw(st.sampled_from(live)))

    @rule(id=st.integers(0, 40), passed=st.booleans())
    def late_news(self, id, passed) -> None:
        if id not in self.line.testing():
            self.line.queue.tested(100, BatchId(id), passed)

    @invariant()
    def what_is_promised(self) -> None:
        merged, ejected = self.line.of("MERGED"), self.line.of("EJECTED")
        assert merged == sorted(merged), "in order"
        assert not set(merged) & self.line.bad
        assert set(ejected) <= self.line.bad
        assert len(merged + ejected) == len({*merged, *ejected})
        assert len(self.line.queue.batches) <= self.depth
        under = [entry.id for batch in self.line.queue.batches.values() for entry in batch.entries]
        assert under == sorted(under), "tested in the order in which they came"

    def teardown(self) -> None:
        if not hasattr(self, "line"):
            return
        while live := sorted(self.line.testing()):
            self.line.test(live[0])
        self.what_is_promised()
        assert {*self.line.of("MERGED"), *self.line.of("EJECTED")} == set(range(1, self.came + 1))
        assert not self.line.queue._lines
        ended = [batch for batch, _ in self.line.batches()]
        assert sorted(ended) == sorted(set(ended)), "a batch ends once"


TestAnyOrderOfTests = AnyOrderOfTests.TestCase
TestAnyOrderOfTests.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_what_is_enqueued_for_another_tenant_in_the_middle_of_a_decision_is_tested_too() -> None:
    line = Line(1, 1)

    def say(event) -> None:
        line.said.append(event)
        if isinstance(event, o.MergeEntryEnded) and event.tenant == "t":
            line.queue.enqueue(100, "other", EntryId(99))

    line.queue._publish = say
    line.enqueue(1)
    line.test(next(iter(line.testing())))
    assert list(line.testing().values()) == [[99]]

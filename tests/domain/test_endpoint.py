"""A provider's endpoint: an open circuit passes nothing, a half-open one its probes, and no rate is exceeded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.workers import CircuitChanged
from domain.workers.endpoint import EndpointRules, ProviderEndpoint

RULES = EndpointRules(failures=3, open_us=100, probes=2, first_us=10, longest_us=60)


def endpoint(**changes) -> ProviderEndpoint:
    known = {name: getattr(RULES, name) for name in RULES.__struct_fields__}
    return ProviderEndpoint(1, "p", EndpointRules(**known | changes))


def opened(at: int = 0) -> ProviderEndpoint:
    one = endpoint()
    for _ in range(3):
        one.failed(at, 0)
    assert one.state == "OPEN"
    return one


def test_the_circuit_opens_after_so_many_failures_in_a_row_and_a_success_begins_anew() -> None:
    one = endpoint()
    for now in (0, 20):
        assert one.failed(now, 0) is None
    assert one.succeeded(40) is None
    for now in (50, 70):
        assert one.failed(now, 0) is None
    assert one.failed(110, 0) == CircuitChanged(110, "p", "OPEN", 210)
    assert one.admit(209).reason == "circuit-open"


def test_a_half_open_circuit_lets_exactly_its_probes_through() -> None:
    one = opened()
    assert one.half_open(99) is None
    assert one.half_open(100) == CircuitChanged(100, "p", "HALF_OPEN", 0)
    assert [one.admit(100) is None for _ in range(5)] == [True, True, False, False, False]
    assert one.succeeded(101) is None
    assert one.admit(101).reason == "circuit-open", "one answer is not enough, and lets no further call through"
    assert one.succeeded(102) == CircuitChanged(102, "p", "CLOSED", 0)
    assert one.admit(102) is None


def test_a_failed_probe_opens_the_circuit_again() -> None:
    one = opened()
    one.half_open(100)
    one.admit(100)
    assert one.failed(105, 0) == CircuitChanged(105, "p", "OPEN", 205)
    assert one.admit(204).reason == "circuit-open"


def test_waits_double_up_to_the_longest_and_jitter_takes_half_at_most() -> None:
    assert [RULES.wait_us(failures, 0) for failures in (1, 2, 3, 4, 5, 1000)] == [10, 20, 40, 60, 60, 60]
    assert [RULES.wait_us(4, jitter) for jitter in (0, 500, 1000)] == [60, 45, 30]
    one = endpoint()
    one.failed(0, 0)
    assert [one.admit(now) is None for now in (9, 10)] == [False, True]


@given(calls=st.integers(1, 6), per=st.integers(1, 50), times=st.lists(st.integers(0, 300), max_size=80))
def test_no_window_has_more_calls_than_the_bucket_and_its_refill(calls: int, per: int, times: list[int]) -> None:
    """A token bucket passes at most calls + length × calls ÷ per in any stretch of time."""
    one = endpoint(calls=calls, per_us=per)
    passed = [now for now in sorted(times) if one.admit(now) is None]
    for first, begin in enumerate(passed):
        for last in range(first, len(passed)):
            assert (last - first + 1) * per <= calls * per + (passed[last] - begin) * calls


@given(calls=st.integers(1, 6), per=st.integers(1, 50), gaps=st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_the_time_that_it_names_is_the_first_at_which_a_call_passes(calls: int, per: int, gaps: list[int]) -> None:
    one, now = endpoint(calls=calls, per_us=per), 0
    for gap in gaps:
        now += gap
        refused = one.admit(now)
        if refused is not None:
            when = one.may_call_at_us(now)
            assert refused.reason == "rate-limited"
            assert when > now
            assert one.admit(when - 1) is not None
            assert one.admit(when) is None
            now = when


def test_github_allows_1500_registrations_in_5_minutes() -> None:
    one = endpoint(calls=1500, per_us=300_000_000)
    assert sum(one.admit(0) is None for _ in range(2000)) == 1500
    assert sum(one.admit(150_000_000) is None for _ in range(2000)) == 750


class AnyHistoryOfCalls(RuleBasedStateMachine):
    """Calls, answers and time in any order; the books here are its own."""

    @initialize(failures=st.integers(1, 4), probes=st.integers(1, 3))
    def begin(self, failures: int, probes: int) -> None:
        self.one = endpoint(failures=failures, probes=probes)
        self.now, self.in_a_row, self.under_way = 0, 0, 0
        self.since_half_open = 0

    @rule(step=st.sampled_from([0, 1, 10, 50, 99, 100]))
    def time_passes(self, step: int) -> None:
        self.now += step

    @rule()
    def call(self) -> None:
        before, opens_at = self.one.state, self.one.retry_at_us
        if self.one.half_open(self.now) is not None:
            self.since_half_open = 0
            assert before == "OPEN"
            assert self.now >= opens_at
        if self.one.admit(self.now) is None:
            assert self.one.state != "OPEN", "an open circuit passes nothing"
            self.under_way += 1
            if self.one.state == "HALF_OPEN":
                self.since_half_open += 1
                assert self.since_half_open <= self.one.rules.probes

    @precondition(lambda self: self.under_way)
    @rule(well=st.booleans(), jitter=st.integers(0, 1000))
    def answer(self, well: bool, jitter: int) -> None:
        self.under_way -= 1
        before = self.one.state
        event = self.one.succeeded(self.now) if well else self.one.failed(self.now, jitter)
        self.in_a_row = 0 if well else self.in_a_row + 1
        if before == "CLOSED" and not well and self.in_a_row >= self.one.rules.failures:
            assert event == CircuitChanged(self.now, "p", "OPEN", self.now + 100)
        if before == "HALF_OPEN" and not well:
            assert self.one.state == "OPEN"

    @invariant()
    def it_is_open_only_after_enough_failures(self) -> None:
        if hasattr(self, "one"):
            assert (event := self.one.state) in ("CLOSED", "OPEN", "HALF_OPEN"), event
            assert self.one.failures == self.in_a_row


TestAnyHistoryOfCalls = AnyHistoryOfCalls.TestCase
TestAnyHistoryOfCalls.settings = settings(max_examples=150, stateful_step_count=40)


@pytest.mark.parametrize("answered_well", [True, False])
def test_an_answer_that_comes_while_it_is_open_changes_no_state(answered_well: bool) -> None:
    one = opened()
    assert (one.succeeded(5) if answered_well else one.failed(5, 0)) is None
    assert one.state == "OPEN"
    assert one.half_open(99) is None, "nor when it may be probed"

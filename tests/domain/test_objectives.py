"""Objectives: budgets burn as fast as by hand, windows slide as if every event were looked at, alerts follow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.contracts.execution import ExecutionEnded
from domain.contracts.orchestration import JobEnded, JobQueued, JobStarted, PipelineEnded, PipelineStarted
from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Event
from domain.shared.resources import Resources
from domain.shared.units import HOUR_US, MINUTE_US
from domain.telemetry.objectives import WORKBOOK, BurnRule, Objective
from domain.telemetry.tallies import Tally
from domain.telemetry.watch import Watch

ONE = Resources(1000)
MINUTE = MINUTE_US
FAST = BurnRule(10 * MINUTE, 2 * MINUTE, 2_000, "page")


def objective(indicator: str = "job_success", target: int = 900_000, **more) -> Objective:
    return Objective("o", indicator, target, **{"window_us": HOUR_US, "rules": (FAST,), "least_events": 1, **more})


def ended(at: int, state: str = "SUCCEEDED", job: int = 1, tenant: str = "t", label: str = "l") -> Event:
    return JobEnded(at, job, 1, tenant, label, state, 1)


def queued(at: int, job: int, tenant: str = "t", label: str = "l", attempt: int = 1) -> Event:
    return JobQueued(at, job, 1, tenant, label, ONE, (), attempt, 0)


def counted(watch: Watch) -> tuple[int, int]:
    """Bad and all, since the beginning."""
    tally = watch.watched[0][2]
    return tally.bad, tally.total


def watching(one: Objective, begins: int = 0) -> tuple[Watch, list[Event]]:
    published: list[Event] = []
    return Watch([one], MINUTE, published.append, begins), published


@pytest.mark.parametrize(
    ("target", "bad", "total", "burn"),
    [
        (999_000, 144, 10_000, 14_400),  # the workbook's example: 1.44 % bad of a budget of 0.1 %
        (999_000, 10, 10_000, 1_000),
        (950_000, 5, 100, 1_000),
        (950_000, 100, 100, 20_000),  # nothing but bad events: 1 ÷ 5 %
        (900_000, 1, 3, 3_333),
        (900_000, 0, 7, 0),
        (900_000, 0, 0, 0),
    ],
)
def test_burn_rates_are_those_by_hand(target: int, bad: int, total: int, burn: int) -> None:
    assert objective(target=target).burn_milli(bad, total) == burn


@pytest.mark.parametrize(
    ("bad", "total", "left"),
    [(0, 0, 1_000_000), (0, 100, 1_000_000), (5, 100, 500_000), (10, 100, 0), (20, 100, -1_000_000)],
)
def test_the_budget_that_is_left_may_be_overdrawn(bad: int, total: int, left: int) -> None:
    assert objective().left_ppm(bad, total) == left


def test_the_rules_of_the_workbook_spend_the_share_of_the_budget_that_it_says() -> None:
    """2 % in an hour, 5 % in six, 10 % in a day or three, of a month of 30 days; the short window is a twelfth."""
    spent = [rule.burn_milli * rule.long_us / (30 * 24 * HOUR_US) / 10 for rule in WORKBOOK]
    assert spent == [2, 5, 10, 10]
    assert [rule.long_us // HOUR_US for rule in WORKBOOK] == [1, 6, 24, 72]
    assert all(rule.long_us == 12 * rule.short_us for rule in WORKBOOK)
    assert [rule.severity for rule in WORKBOOK] == ["page", "page", "ticket", "ticket"]


def test_a_low_target_can_never_burn_fast() -> None:
    low = Objective("o", "job_success", 900_000, HOUR_US)
    assert [rule.burn_milli for rule in low.rules if low.can_fire(rule)] == [6_000, 3_000, 1_000]
    assert [rule.burn_milli for rule in WORKBOOK] == [14_400, 6_000, 3_000, 1_000]
    alerts = watching(low)[0].watched[0][3]
    assert [alert.rule.burn_milli for alert in alerts] == [6_000, 3_000, 1_000]


@pytest.mark.parametrize("target", [0, 1_000_000, -1, 2_000_000])
def test_a_target_leaves_a_budget(target: int) -> None:
    with pytest.raises(ValueError, match="target"):
        objective(target=target)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=60),
    st.integers(1, 9),
    st.integers(1, 80),
    st.integers(0, 200),
)
def test_a_window_holds_what_happened_in_its_whole_buckets(
    events: list[tuple[int, bool]], step: int, window: int, later: int
) -> None:
    tally = Tally(step, 80)
    for at, good in sorted(events):
        tally.count(at, good)
    now = max([at for at, _ in events], default=0) + later
    last = now // step
    first = last - -(-window // step)
    inside = [good for at, good in events if first <= at // step < last]
    assert tally.within(now, window) == (inside.count(False), len(inside))
    assert (tally.bad, tally.total) == ([good for _, good in events].count(False), len(events))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=40))
def test_what_is_noticed_a_little_late_counts_where_it_happened(events: list[tuple[int, int, bool]]) -> None:
    tally, seen, now = Tally(1, 20), [], 10
    for pause, late, good in events:
        now += pause
        tally.count(now - late, good)
        seen.append((now - late, good))
    for window in (1, 5, 20):
        inside = [good for at, good in seen if now + 1 - window <= at < now + 1]
        assert tally.within(now + 1, window) == (inside.count(False), len(inside))


def test_an_alert_fires_when_both_windows_burn_and_is_over_soon_after_the_trouble() -> None:
    watch, published = watching(objective())
    for minute in range(1, 31):
        trouble = 10 <= minute < 15
        watch.hear([ended(minute * MINUTE - 1, "FAILED" if trouble else "SUCCEEDED")])
        watch.evaluate(minute * MINUTE)
    # long: 2 of the last 10 are bad at minute 11; short: of the last 2 at least 1 until minute 15
    fired, resolved = published
    assert isinstance(fired, AlertFired)
    assert (fired.at_us, fired.burn_milli, fired.severity) == (11 * MINUTE, 2_000, "page")
    assert isinstance(resolved, AlertResolved)
    assert (resolved.at_us, resolved.fired_us) == (16 * MINUTE, 5 * MINUTE)
    assert watch.firings[0].worst_milli == 5_000
    assert watch.worst_milli == {"o": 5_000}
    assert watch.quiet


def test_an_alert_that_must_hold_does_not_fire_for_a_blip() -> None:
    held = BurnRule(2 * MINUTE, 2 * MINUTE, 1_000, "page", 3 * MINUTE)
    watch, published = watching(objective(rules=(held,)))
    states = []
    for minute, bad in enumerate([1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0], 1):
        watch.hear([ended(minute * MINUTE - 1, "FAILED" if bad else "SUCCEEDED")])
        watch.evaluate(minute * MINUTE)
        states.append(watch.watched[0][3][0].state)
    assert states == ["PENDING"] * 2 + ["INACTIVE"] * 2 + ["PENDING"] * 3 + ["FIRING"] * 3 + ["RESOLVED"] * 2
    assert [event.at_us // MINUTE for event in published] == [8, 11]


def test_few_events_are_no_trouble() -> None:
    watch, published = watching(objective(least_events=3))
    watch.hear([ended(1, "FAILED"), ended(2, "FAILED")])
    watch.evaluate(MINUTE)
    assert published == []
    watch.hear([ended(MINUTE + 1, "FAILED")])
    watch.evaluate(2 * MINUTE)
    assert [type(event) for event in published] == [AlertFired]


def test_what_happens_before_the_beginning_is_left_out() -> None:
    watch, _ = watching(objective(), begins=MINUTE)
    watch.hear([ended(MINUTE - 1, "FAILED"), ended(MINUTE, "SUCCEEDED")])
    assert counted(watch) == (0, 1)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("SUCCEEDED", (0, 1)),
        ("FAILED", (1, 1)),
        ("TIMED_OUT", (1, 1)),
        ("EXPIRED", (1, 1)),
        ("CANCELLED", (0, 0)),
        ("SKIPPED", (0, 0)),
    ],
)
def test_job_success_counts_jobs_that_came_to_an_end(state: str, expected: tuple[int, int]) -> None:
    watch, _ = watching(objective())
    watch.hear([ended(1, state)])
    assert counted(watch) == expected


def test_only_events_of_the_tenant_and_the_label_count() -> None:
    watch, _ = watching(objective(tenant="a", label="x"))
    watch.hear([ended(1, tenant=t, label=label) for t in "ab" for label in "xy"])
    assert counted(watch) == (0, 1)


def test_only_waits_of_the_tenant_and_the_label_count() -> None:
    watch, _ = watching(objective("queue_wait", tenant="a", label="x", threshold_us=10))
    pairs = [(tenant, label) for tenant in "ab" for label in "xy"]
    watch.hear([queued(0, job, *pair) for job, pair in enumerate(pairs)])
    watch.hear([JobStarted(5, job, 1) for job in range(len(pairs))])
    assert counted(watch) == (0, 1)


def execution(at: int, job: int, state: str, cause: str) -> Event:
    return ExecutionEnded(at, 1, job, 1, 1, 1, 1, state, cause, 5)


def test_infra_success_blames_only_the_infrastructure() -> None:
    events = [("COMPLETED", ""), ("FAILED", "user"), ("FAILED", "infra"), ("LOST", "infra"), ("CANCELLED", "")]
    watch, _ = watching(objective("infra_success"))
    watch.hear([execution(i, i, *how) for i, how in enumerate(events)])
    assert counted(watch) == (2, 4)


def test_infra_success_of_a_tenant_forgets_jobs_that_have_ended() -> None:
    watch, _ = watching(objective("infra_success", tenant="a"))
    watch.hear(
        [queued(0, 1, "a"), queued(0, 2, "b"), execution(1, 1, "LOST", "infra"), execution(1, 2, "LOST", "infra")]
    )
    watch.hear([ended(2, job=1), ended(2, job=2)])
    assert counted(watch) == (1, 1)
    assert watch.watched[0][1]._others == set()  # type: ignore[attr-defined]


def test_pipelines_are_good_when_they_are_fast_and_do_not_count_when_cancelled() -> None:
    watch, _ = watching(objective("pipeline_duration", threshold_us=10))
    for pipeline, (took, state) in enumerate([(10, "SUCCEEDED"), (11, "SUCCEEDED"), (9, "FAILED"), (99, "CANCELLED")]):
        watch.hear([PipelineStarted(0, pipeline, "t", 1), PipelineEnded(took, pipeline, "t", state)])
    assert counted(watch) == (1, 3)


def test_a_wait_is_good_up_to_the_threshold() -> None:
    watch, _ = watching(objective("queue_wait", threshold_us=10))
    watch.hear([queued(0, 1), queued(0, 2), JobStarted(10, 1, 1), JobStarted(11, 2, 1)])
    assert counted(watch) == (1, 2)


def test_a_job_that_waits_too_long_is_bad_at_once_and_only_once() -> None:
    watch, _ = watching(objective("queue_wait", threshold_us=MINUTE // 2))
    watch.hear([queued(0, 1)])
    watch.evaluate(MINUTE)
    assert counted(watch) == (1, 1)
    assert watch.watched[0][2].within(MINUTE, MINUTE) == (1, 1), "in the window that ends now"
    watch.hear([JobStarted(2 * MINUTE, 1, 1)])
    assert counted(watch) == (1, 1)


def test_a_job_that_has_waited_just_as_long_as_it_may_is_not_bad_yet() -> None:
    watch, _ = watching(objective("queue_wait", threshold_us=MINUTE))
    watch.hear([queued(0, 1)])
    watch.evaluate(MINUTE)
    assert counted(watch) == (0, 0)
    watch.hear([JobStarted(MINUTE, 1, 1)])
    assert counted(watch) == (0, 1)


def test_a_retried_job_waits_again_an_expired_one_waited_in_vain_a_cancelled_one_does_not_count() -> None:
    watch, _ = watching(objective("queue_wait", threshold_us=10))
    watch.hear([queued(0, 1), JobStarted(5, 1, 1), queued(20, 1, attempt=2), JobStarted(29, 1, 2)])
    assert counted(watch) == (0, 2)
    watch.hear([queued(30, 2), ended(35, "EXPIRED", 2), queued(40, 3), ended(45, "CANCELLED", 3)])
    assert counted(watch) == (1, 3)
    assert watch.quiet


class NaiveAlerts(RuleBasedStateMachine):
    """A watch beside the plain rule: at each minute, look at every event there ever was."""

    LONG, SHORT, HOLD, BURN = 6, 2, 2, 1_500

    def __init__(self) -> None:
        super().__init__()
        self.one = objective(
            target=800_000, least_events=2,
            rules=(BurnRule(self.LONG * MINUTE, self.SHORT * MINUTE, self.BURN, "page", self.HOLD * MINUTE),),
        )  # fmt: skip
        self.watch, self.published = watching(self.one)
        self.events: list[tuple[int, bool]] = []
        self.minute = 0
        self.since = -1  # when it began to burn too fast
        self.firing = False
        self.expected: list[tuple[type[Event], int]] = []

    @rule(bad=st.integers(0, 3), good=st.integers(0, 3))
    def jobs_end(self, bad: int, good: int) -> None:
        at = self.minute * MINUTE + MINUTE // 2
        for state in ["FAILED"] * bad + ["SUCCEEDED"] * good:
            self.watch.hear([ended(at, state)])
            self.events.append((at, state == "SUCCEEDED"))

    @rule()
    def a_minute_passes(self) -> None:
        self.minute += 1
        now = self.minute * MINUTE
        self.watch.evaluate(now)
        shares = []
        for window in (self.LONG, self.SHORT):
            inside = [good for at, good in self.events if now - window * MINUTE <= at < now]
            shares.append(inside.count(False) / len(inside) if inside else 0.0)
        many = sum(now - self.LONG * MINUTE <= at for at, _ in self.events) >= 2
        burning = many and min(shares) / 0.2 >= self.BURN / 1_000 - 1e-9
        self.since = (self.since if self.since >= 0 else self.minute) if burning else -1
        if self.firing and not burning:
            self.firing = False
            self.expected.append((AlertResolved, now))
        elif not self.firing and burning and self.minute - self.since >= self.HOLD:
            self.firing = True
            self.expected.append((AlertFired, now))

    @precondition(lambda self: self.minute)
    @rule(minutes=st.integers(10, 30))
    def nothing_happens_for_long(self, minutes: int) -> None:
        for _ in range(minutes):
            self.a_minute_passes()
        assert self.watch.quiet

    @invariant()
    def alerts_are_those_of_the_plain_rule(self) -> None:
        assert [(type(event), event.at_us) for event in self.published] == self.expected
        alert = self.watch.watched[0][3][0]
        assert (alert.state == "FIRING") == self.firing
        assert sum(firing.resolved_at_us < 0 for firing in self.watch.firings) == self.firing


NaiveAlerts.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestAlerts = NaiveAlerts.TestCase

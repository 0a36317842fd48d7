"""Backfilling: who goes ahead of a job that does not fit, and that nobody who does moves its reservation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.scheduling import JobBackfilled, JobPlaced, PlaceReserved
from domain.scheduling.backfill import NEVER, Backfill, Profile, earliest
from domain.scheduling.backfilling import BackfillingScheduler
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.scheduler import SchedulingPolicy
from domain.shared.ids import JobId, NodeId
from domain.shared.resources import Resources


class Machine:
    """A scheduler with nodes of so many processors, told everything by hand."""

    def __init__(self, *processors: int, ordering: str = "fifo", **options) -> None:
        self.events: list = []
        policy = SchedulingPolicy(ALLOCATORS["fifo"], ORDERINGS[ordering], PLACEMENTS["best-fit"], 1000)
        self.wakes = 0
        self.scheduler = BackfillingScheduler(Backfill(**options), policy, [("a", 1)], self.events.append, self._wake)
        for number, size in enumerate(processors, 1):
            self.scheduler.announce_node(0, NodeId(number), "pool", Resources(size), ())
            self.scheduler.admit_node(0, NodeId(number))

    def _wake(self) -> None:
        self.wakes += 1

    def submit(self, job: int, processors: int, estimate: int, now: int = 0) -> None:
        self.scheduler.submit(now, JobId(job), 1, "a", "job", Resources(processors), (), estimate)

    def round(self, now: int = 0) -> list[int]:
        seen = len(self.events)
        self.scheduler.run_round(now)
        return [event.job for event in self.events[seen:] if isinstance(event, JobPlaced)]

    def end(self, job: int, now: int) -> None:
        (assignment,) = [id for id, one in self.scheduler.assignments.items() if one.demand.job == job]
        self.scheduler.release(now, assignment)

    def promised(self, job: int) -> list[int]:
        return [event.start_us for event in self.events if isinstance(event, PlaceReserved) and event.job == job]


def blocked(**options) -> Machine:
    """Ten processors: job 1 holds 6 until 100, job 2 wants 8 and does not fit."""
    machine = Machine(10, **options)
    machine.submit(1, 6, 100)
    assert machine.round() == [1]
    machine.submit(2, 8, 50)
    assert machine.round() == []
    return machine


def test_sticky_lets_nobody_ahead() -> None:
    machine = blocked(kind="sticky")
    machine.submit(3, 1, 1)
    assert machine.round() == []
    machine.end(1, 40)
    assert machine.round(40) == [2, 3]


def test_easy_lets_ahead_what_ends_by_the_reservation_or_fits_beside_it() -> None:
    machine = blocked()
    assert machine.promised(2) == [100]
    machine.submit(3, 4, 101)  # would still run then, and 2 are free beside job 2
    machine.submit(4, 2, 500)  # fits beside it
    machine.submit(5, 2, 100)  # ends just then
    machine.submit(6, 1, 1)  # no room any more
    assert machine.round() == [4, 5]
    ahead = [(event.job, event.ahead_of) for event in machine.events if isinstance(event, JobBackfilled)]
    assert ahead == [(4, 2), (5, 2)]


def test_what_runs_on_past_the_reservation_shares_what_is_free_beside_it() -> None:
    machine = blocked()
    for job in (3, 4, 5):
        machine.submit(job, 1, 500)
    assert machine.round() == [3, 4], "two of the four free processors are beside the reservation"


@pytest.mark.parametrize(("strict", "ahead"), [(False, [3]), (True, [])])
def test_at_the_same_time_will_do_unless_strict(strict: bool, ahead: list[int]) -> None:
    machine = blocked(strict=strict, extra="none")
    machine.submit(3, 4, 100)
    assert machine.round() == ahead


@pytest.mark.parametrize(("extra", "ahead"), [("all", [4]), ("just-enough", []), ("none", [])])
def test_how_much_is_free_beside_a_reservation(extra: str, ahead: list[int]) -> None:
    """Jobs 1 and 2 end together; one of them is enough for job 3, which then needs all that is free."""
    machine = Machine(10, extra=extra)
    machine.submit(1, 4, 100)
    machine.submit(2, 4, 100)
    machine.submit(3, 6, 50)
    assert machine.round() == [1, 2]
    machine.submit(4, 2, 500)
    assert machine.round() == ahead


def test_a_kept_head_is_not_picked_anew() -> None:
    for keep, expected in ((True, [2, 3]), (False, [3, 2])):
        machine = blocked(kind="sticky", keep_head=keep, ordering="sjf")
        machine.submit(3, 9, 10)
        assert machine.round(1) == []
        machine.end(1, 40)
        first = machine.round(40)
        machine.end(first[0], 45)
        assert first + machine.round(45) == expected


def test_candidates_in_order_of_arrival_whatever_the_ordering() -> None:
    for by_arrival, expected in ((True, [3]), (False, [4])):
        machine = Machine(10, ordering="sjf", by_arrival=by_arrival, keep_head=True)
        machine.submit(1, 6, 100)
        assert machine.round() == [1]
        machine.submit(2, 8, 1)
        assert machine.round() == []
        machine.submit(3, 4, 90)
        machine.submit(4, 4, 80)
        assert machine.round() == expected


def test_a_reservation_moves_to_an_earlier_time_when_somebody_leaves_early() -> None:
    machine = blocked()
    machine.submit(3, 4, 60)
    assert machine.round() == [3]
    machine.end(1, 30)
    assert machine.round(30) == []
    assert machine.promised(2) == [100, 60]


def test_conservative_gives_everybody_a_place_and_moves_nobodys() -> None:
    machine = blocked(kind="conservative")
    machine.submit(3, 10, 20)  # behind job 2
    machine.submit(4, 2, 151)  # would delay job 3, though not job 2
    machine.submit(5, 2, 150)
    assert machine.round() == [5]
    assert machine.promised(2) == [100] and machine.promised(3) == [150] and machine.promised(4) == [170]


def test_another_node_is_free_of_the_reservation() -> None:
    machine = Machine(10, 4)
    machine.submit(1, 6, 100)
    machine.submit(2, 10, 50)
    assert machine.round() == [1]
    machine.submit(3, 4, 10_000)
    assert machine.round() == [3]
    assert machine.scheduler.work["backfilled"] == 1


def test_an_arrival_calls_for_a_round_only_where_it_fits() -> None:
    machine = blocked(only_if_fits=True)
    machine.wakes = 0
    machine.submit(3, 5, 10)
    assert machine.wakes == 0
    machine.submit(4, 4, 10)
    assert machine.wakes == 1


ends = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=8)


@given(free=st.integers(0, 10), ask=st.integers(1, 30), running=ends)
def test_the_earliest_start_is_the_first_moment_with_room(free: int, ask: int, running: list[tuple[int, int]]) -> None:
    held = [(end, (amount, 0, 0, 0)) for end, amount in running]
    start, spare = earliest(10, (free, 0, 0, 0), (ask, 0, 0, 0), held, "all")

    def room(at: int) -> int:
        return free + sum(amount for end, amount in running if max(end, 11) <= at)

    moments = [at for at in range(11, 52) if room(at) >= ask]
    assert start == (moments[0] if running and moments else NEVER) or (free >= ask and start == 11)
    if start != NEVER:
        assert spare[0] == room(start) - ask


@given(
    free=st.integers(0, 10), running=ends, ask=st.integers(1, 12), length=st.integers(1, 40),
    taken=st.lists(st.tuples(st.integers(10, 60), st.integers(1, 20), st.integers(1, 5)), max_size=4),
)  # fmt: skip
def test_a_profile_finds_the_first_gap(free, running, ask, length, taken) -> None:
    profile = Profile(10, (free, 0, 0, 0), [(end, (amount, 0, 0, 0)) for end, amount in running])
    for start, lasts, amount in taken:
        profile.change(start, lasts, (amount, 0, 0, 0), -1)

    def room(at: int) -> int:
        freed = sum(amount for end, amount in running if max(end, 10) <= at)
        return free + freed - sum(amount for start, lasts, amount in taken if start <= at < start + lasts)

    fitting = (
        start for start in range(10, 120) if all(room(at) >= ask for at in range(start, start + length))
    )  # fmt: skip
    assert profile.earliest((ask, 0, 0, 0), length) == next(fitting, NEVER)

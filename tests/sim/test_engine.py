"""Simulated time: equal times keep the order of asking, a moment has an end, and simpy's own processes fit in."""

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import Engine
from sim.processes.idleness import IdleWatch
from sim.streams import Streams


def test_equal_times_keep_the_order_of_asking_whoever_asks() -> None:
    engine, seen = Engine(), []
    engine.after(5, seen.append, "first")
    simpy.Timeout(engine, 5).callbacks.append(lambda event: seen.append("second"))
    engine.after(5, seen.append, "third")
    engine.after(4, seen.append, "before")
    while engine.advance(steps=3):
        pass
    assert seen == ["before", "first", "second", "third"]
    assert engine.now == 5


def test_simpy_processes_run_in_it() -> None:
    engine, seen = Engine(), []

    def process():
        for _ in range(3):
            yield engine.timeout(10)
            seen.append(engine.now)

    engine.process(process())
    engine.after(15, lambda what: seen.append(what), "timer")
    engine.run(until=25)
    assert seen == [10, "timer", 20]
    assert engine.now == 25


def test_the_end_of_a_moment_comes_after_all_that_is_due_at_it() -> None:
    engine, seen = Engine(), []

    def begin(_: None) -> None:
        engine.at_close(lambda: seen.append(("closed", engine.now)))
        engine.after(0, seen.append, "same moment")

    engine.after(3, begin)
    engine.after(3, seen.append, "also due")
    engine.after(4, seen.append, "later")
    while engine.advance():
        pass
    assert seen == ["also due", "same moment", ("closed", 3), "later"]


def test_advance_stops_before_the_time_given_and_after_the_steps_given() -> None:
    engine, seen = Engine(), []
    for at in range(10):
        engine.after(at, seen.append, at)
    assert engine.advance(until_us=5, steps=3)
    assert seen == [0, 1, 2]
    assert not engine.advance(until_us=5, steps=100)
    assert seen == [0, 1, 2, 3, 4]
    while engine.advance(steps=4):
        pass
    assert seen == list(range(10))
    with pytest.raises(simpy.core.EmptySchedule):
        engine.step()


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["after", "timeout", "process"])), max_size=30))
def test_timers_timeouts_and_processes_keep_the_order_that_simpy_gives(asked) -> None:
    """The same plan with each `after` as a timeout of simpy's own, in an environment of simpy's own."""

    def order(engine: simpy.Environment, light: bool) -> list[tuple[int, int]]:
        seen = []

        def waits(number, delay):
            for _ in range(2):
                yield engine.timeout(delay)
                seen.append((engine.now, number))

        def later(number, delay):
            if light:
                engine.after(delay, lambda what: seen.append((engine.now, what)), number)
            else:
                engine.timeout(delay).callbacks.append(lambda event: seen.append((engine.now, number)))

        for number, (delay, kind) in enumerate(asked):
            if kind == "process":
                engine.process(waits(number, delay))
            elif kind == "timeout":
                engine.timeout(delay).callbacks.append(lambda event, number=number: seen.append((engine.now, number)))
            else:
                later(number, delay)
        engine.run()
        return seen

    assert order(Engine(), True) == order(simpy.Environment(), False)


def test_closings_come_in_the_order_asked_and_again_after_what_they_add_to_the_moment() -> None:
    engine, seen = Engine(), []

    def closes(name: str, then: str | None = None):
        def close() -> None:
            seen.append((engine.now, name))
            if then:
                engine.after(0, lambda what: seen.append((engine.now, what)), f"work of {name}")
                engine.at_close(closes(then))

        return close

    engine.after(3, lambda _: engine.at_close(closes("first", "third")))
    engine.after(3, lambda _: engine.at_close(closes("second")))
    engine.after(4, lambda _: seen.append((engine.now, "later")))
    while engine.advance():
        pass
    assert seen == [(3, "first"), (3, "work of first"), (3, "second"), (3, "third"), (4, "later")]


@pytest.mark.parametrize("steps", [1, 2, 100])
def test_a_moment_closes_before_advance_stops_at_the_time_given_or_at_the_end(steps: int) -> None:
    engine, seen = Engine(), []
    engine.after(3, lambda _: engine.at_close(lambda: seen.append(("closed", engine.now))))
    engine.after(9, lambda _: engine.at_close(lambda: seen.append(("closed", engine.now))))
    while engine.advance(until_us=9, steps=steps):
        pass
    assert seen == [("closed", 3)], "what is due at the time given is not run"
    while engine.advance(steps=steps):
        pass
    assert seen == [("closed", 3), ("closed", 9)]
    assert engine.now == 9


def test_what_a_closing_adds_at_the_very_end_still_runs() -> None:
    engine, seen = Engine(), []
    engine.at_close(lambda: engine.after(5, seen.append, "ran"))
    while engine.advance():
        pass
    assert seen == ["ran"]
    assert not engine.advance()


class Thing:
    idle_since_us = -1


def test_only_what_stayed_idle_long_enough_is_noticed() -> None:
    engine, noticed = Engine(), []
    watch = IdleWatch(engine, 10, lambda thing: noticed.append((engine.now, thing)))
    patient, busy = Thing(), Thing()

    def idle(thing: Thing) -> None:
        thing.idle_since_us = engine.now
        watch.watch(thing)

    def work(thing: Thing) -> None:
        thing.idle_since_us = -1

    engine.after(1, idle, patient)
    engine.after(2, idle, busy)
    engine.after(5, work, busy)
    engine.after(8, idle, busy)
    while engine.advance():
        pass
    assert noticed == [(11, patient), (18, busy)]


def test_streams_depend_on_their_name_and_on_nothing_else() -> None:
    draws = {
        (seed, replication, entity, purpose): tuple(Streams(seed, replication)(entity, purpose).integers(2**62, size=4))
        for seed in (1, 2) for replication in (0, 1) for entity in ("a", "ab") for purpose in ("c", "bc")
    }  # fmt: skip
    assert len(set(draws.values())) == len(draws) == 16, '"a" + "bc" is not "ab" + "c"'
    streams = Streams(1)
    streams("other", "purpose").random(1000)
    np.testing.assert_array_equal(streams("a", "c").integers(2**62, size=4), draws[1, 0, "a", "c"])


def test_a_stream_is_the_same_for_ever() -> None:
    """Pinned: numbers that change here change every published result."""
    assert Streams(42)("pool", "boot").integers(1000, size=5).tolist() == [341, 574, 664, 992, 7]

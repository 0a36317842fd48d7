"""Simulated time: equal times keep the order of asking, a moment has an end, and simpy's own processes fit in."""

import numpy as np
import pytest
import simpy

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

"""Machines are struck at the time that was drawn for each, and those that have gone leave nothing behind."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts import workers as w
from domain.contracts.orchestration import JobEnded
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from sim.engine import Engine
from sim.faults.machines import Perils
from sim.processes.pulse import Pulse


def perils_of(gaps) -> tuple[Engine, Perils, dict, list[int]]:
    """Perils of ten machines that stand, what they hear, and when they struck."""
    struck: list[int] = []
    fleet = Machines(
        [PoolSpec("a", "p", Resources(1), (), 10, 10, 9, False, 5)], [Provider(1, "p", None)], lambda event: None
    )
    fleet.stand(0)
    engine = Engine()
    perils = Perils(Pulse(engine), fleet, lambda machine: struck.append(engine.now))
    perils.threaten("a", gaps)
    return engine, perils, perils.subscriptions(), struck


def test_a_machine_that_is_back_has_a_new_lease_of_life() -> None:
    """Each recovery draws anew; the timer from before would make machines that are maintained crash more often."""
    engine, _, hears, struck = perils_of(iter([100, 150]).__next__)
    hears[w.MachineReady](w.MachineReady(0, 1, "a"))
    engine.after(50, lambda _: hears[w.MachineRecovered](w.MachineRecovered(50, 1, "a")))
    while engine.advance():
        pass
    assert struck == [200]


def test_machines_that_have_gone_leave_nothing_in_the_calendar() -> None:
    """Their perils are years away, and thousands of machines come and go every day."""
    gaps = np.random.default_rng(1).integers(1 << 50, 1 << 51, 5000).tolist()
    engine, perils, hears, _ = perils_of(iter(gaps).__next__)
    for node in range(1, 5001):
        hears[w.MachineReady](w.MachineReady(node, node, "a"))
        hears[w.MachineReturned](w.MachineReturned(node, node, "a"))
    assert len(perils) + len(engine._queue) < 100


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 100), st.booleans()), min_size=1, max_size=10))
def test_every_machine_that_is_still_there_is_struck_at_its_own_time(machines) -> None:
    """(when it comes, how long after that, whether it goes before that), in any order."""
    drawn = dict(enumerate(sorted(machines, key=lambda one: one[0]), 1))
    engine, perils, hears, struck = perils_of(iter([after for _, after, _ in drawn.values()]).__next__)
    for node, (comes, after, goes) in drawn.items():
        engine.after(comes, hears[w.MachineReady], w.MachineReady(comes, node, "a"))
        if goes:
            engine.after(comes + after - 1, hears[w.MachineReturned], w.MachineReturned(0, node, "a"))
    while engine.advance():
        pass
    assert struck == sorted(comes + after for comes, after, goes in machines if not goes)
    assert not len(perils)


def test_perils_that_are_drawn_while_nothing_happens_wait_until_something_does() -> None:
    engine, _, hears, struck = perils_of(iter([10]).__next__)
    week = 7 * 86_400_000_000
    pulse = hears[w.MachineReady].__self__._pulse
    engine.after(week + 1, hears[w.MachineReady], w.MachineReady(week + 1, 1, "a"))
    while engine.advance():
        pass
    assert struck == [] and not engine._queue
    engine.after(100, pulse.subscriptions()[JobEnded], JobEnded(week + 101, 1, 1, "t", "l", "SUCCEEDED", 1))
    while engine.advance():
        pass
    assert struck == [week + 101 + 10]

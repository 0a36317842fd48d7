"""Idleness: what stays idle for long enough is noticed then, once, and with one timer for all."""

from hypothesis import assume, given
from hypothesis import strategies as st

from sim.engine import Engine
from sim.processes.idleness import IdleWatch

TIMEOUT_US = 10
STEPS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.booleans()), max_size=40)


class Thing:
    """Is idle since a time, or not at all (-1)."""

    def __init__(self) -> None:
        self.idle_since_us = -1


def go(engine: Engine) -> None:
    while engine.advance(steps=100):
        pass


@given(STEPS)
def test_a_thing_is_noticed_exactly_when_it_has_been_idle_for_the_timeout(steps) -> None:
    """Against the definition: of all the spans for which a thing was idle, those that lasted the timeout."""
    engine, noticed, expected = Engine(), [], []
    things = [Thing() for _ in range(4)]
    watch = IdleWatch(engine, TIMEOUT_US, lambda thing: noticed.append((engine.now, things.index(thing))))

    def change(step: tuple[Thing, bool]) -> None:
        thing, idle = step
        if idle and thing.idle_since_us < 0:
            thing.idle_since_us = engine.now
            watch.watch(thing)
        elif not idle:
            thing.idle_since_us = -1

    since: dict[int, int] = {}
    now = 1
    for wait, number, idle in steps:
        now += wait
        engine.after(now, change, (things[number], idle))
        if idle:
            since.setdefault(number, now)
        elif number in since:
            began = since.pop(number)
            if now - began > TIMEOUT_US:
                expected.append((began + TIMEOUT_US, number))
            assume(now - began != TIMEOUT_US)  # both at that moment: who asked first decides
    expected += [(began + TIMEOUT_US, number) for number, began in since.items()]
    go(engine)
    assert sorted(noticed) == sorted(expected)
    assert noticed == sorted(noticed, key=lambda one: one[0])


def test_hundreds_that_idle_need_one_timer() -> None:
    engine, noticed = Engine(), []
    watch = IdleWatch(engine, TIMEOUT_US, noticed.append)

    def idle(thing: Thing) -> None:
        thing.idle_since_us = engine.now
        watch.watch(thing)

    things = [Thing() for _ in range(300)]
    for at, thing in enumerate(things):
        engine.after(at // 100, idle, thing)
    while engine.now < 2 and engine.advance():
        pass
    while engine.advance(until_us=3):
        pass
    assert len(engine._queue) == 1
    go(engine)
    assert noticed == things, "in the order in which they became idle"
    assert engine.now == 12


def test_the_watch_goes_to_sleep_and_wakes_again() -> None:
    engine, noticed = Engine(), []
    watch = IdleWatch(engine, TIMEOUT_US, lambda thing: noticed.append(engine.now))
    thing = Thing()

    def idle(_: None) -> None:
        thing.idle_since_us = engine.now
        watch.watch(thing)

    engine.after(0, idle)
    go(engine)
    assert not engine._queue, "nothing rings when nothing is idle"
    engine.after(5, idle)
    go(engine)
    assert noticed == [10, 25]


def test_who_is_noticed_may_become_idle_again_inside_the_notice() -> None:
    engine, noticed = Engine(), []

    def over(thing: Thing) -> None:
        noticed.append(engine.now)
        if len(noticed) < 3:
            thing.idle_since_us = engine.now
            watch.watch(thing)

    watch = IdleWatch(engine, TIMEOUT_US, over)
    thing = Thing()
    thing.idle_since_us = 0
    watch.watch(thing)
    go(engine)
    assert noticed == [10, 20, 30]

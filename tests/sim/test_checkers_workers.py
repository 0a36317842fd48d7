"""The checker of machines and workers catches what must never happen, each planted in an otherwise good history."""

import pytest

from domain.contracts import workers as w
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken
from sim.checkers_workers import MachinesKeepTheirLimits

ONE = Resources(1000)


def ordered(node: int, pool: str = "a", at: int = 0) -> w.MachineOrdered:
    return w.MachineOrdered(at, node, "p", pool, ONE, ())


OPEN, HALF = w.CircuitChanged(5, "p", "OPEN", 50), w.CircuitChanged(50, "p", "HALF_OPEN", 0)
CAME = [ordered(1), w.MachineReady(1, 1, "a")]
WORKER = [*CAME, w.WorkerRequested(2, 7, 1, "a", 9), w.WorkerBooted(2, 7, "a"), w.WorkerReady(3, 7),
          w.WorkerAcquired(3, 7, 1, 4, 9, 1)]  # fmt: skip
ENDED = [*WORKER, w.WorkerDraining(5, 7), w.WorkerTerminated(5, 7, 1)]
RETURNED = w.MachineReturned(9, 1, "a")


def watch(events) -> MachinesKeepTheirLimits:
    one = MachinesKeepTheirLimits({"a": 2, "b": None}, {"p": 3})
    handlers = one.subscriptions()
    for event in events:
        handlers[type(event)](event)
    return one


@pytest.mark.parametrize("events", [
    [*ENDED, RETURNED],
    [ordered(1), w.MachineFailed(1, 1, "a", "boot-timeout", 0), w.MachineReturned(1, 1, "a"), ordered(2), ordered(3)],
    [*CAME, w.MachineFailed(2, 1, "a", "crash", 1), w.MachineRecovered(3, 1, "a"), RETURNED],
    [OPEN, HALF, ordered(1, at=50), w.CircuitChanged(50, "p", "CLOSED", 0)],
    [*WORKER, w.WorkerFailed(4, 7, "lease"), w.WorkerTerminated(4, 7, 1), RETURNED],
])  # fmt: skip
def test_a_good_history_passes(events) -> None:
    assert list(watch(events).at_end()) == []


@pytest.mark.parametrize(("events", "promise"), [
    ([ordered(1), ordered(1)], "ordered once"),
    ([*CAME, RETURNED, ordered(1)], "ordered once"),
    ([ordered(1), ordered(2), ordered(3)], "never has more than 2"),
    ([ordered(1), *(ordered(node, "b") for node in (2, 3, 4))], "never gives more than 3"),
    ([OPEN, ordered(1, at=6)], "nothing is ordered while the circuit is open"),
    ([OPEN, w.CircuitChanged(49, "p", "HALF_OPEN", 0)], "left alone until 50"),
    ([*CAME, CAME[1]], "comes once"),
    ([w.MachineReady(1, 1, "a")], "comes once"),
    ([*CAME, RETURNED, RETURNED], "given back, and billed, until once"),
    ([*CAME, RETURNED, w.MachineFailed(9, 1, "a", "crash", 0)], "only a machine that is there fails"),
    ([*CAME, RETURNED, w.MachineRecovered(9, 1, "a")], "only a machine that had come"),
    ([*WORKER, RETURNED], "no worker outlives its machine"),
    ([*CAME, RETURNED, WORKER[2]], "requested on a machine that has come"),
    ([ordered(1), WORKER[2]], "requested on a machine that has come"),
    ([*ENDED, WORKER[5]], "only live workers take jobs"),
    ([*WORKER[:5], w.WorkerAcquired(3, 7, 2, 4, 9, 1)], "where they are"),
    ([*ENDED, w.WorkerReleased(6, 7, "a")], "says nothing more"),
    ([*ENDED, w.WorkerFailed(6, 7, "lease")], "says nothing more"),
    ([*ENDED, ENDED[-1]], "a worker ends once"),
])  # fmt: skip
def test_a_planted_violation_is_caught(events, promise) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(events)


def test_a_worker_that_never_ends_is_named_at_the_end() -> None:
    assert list(watch(WORKER).at_end()) == ["1 workers never ended"]

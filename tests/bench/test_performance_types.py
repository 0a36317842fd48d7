"""What the types that everything is made of cost: the alternatives of docs/performance-types.md, side by side.

`make performance-types` runs these and writes the tables of that page. One round is many operations (`extra_info`);
memory is what tracemalloc and sys.getsizeof say, the same on every machine.
"""

import gc
import sys
import threading
import tracemalloc
from array import array
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from struct import Struct
from typing import Any

import msgspec
import pydantic
import pytest

OPERATIONS = 20_000
FIELDS = (4000, 16_384, 0, 0)


class Frozen(msgspec.Struct, frozen=True, gc=False):
    cpu: int
    memory: int
    disk: int
    gpu: int


class Tracked(msgspec.Struct, frozen=True):
    cpu: int
    memory: int
    disk: int
    gpu: int


@dataclass(frozen=True, slots=True)
class Data:
    cpu: int
    memory: int
    disk: int
    gpu: int


Named = namedtuple("Named", "cpu memory disk gpu")


class Model(pydantic.BaseModel, frozen=True):
    cpu: int
    memory: int
    disk: int
    gpu: int


class Plain:
    def __init__(self, cpu: int, memory: int, disk: int, gpu: int) -> None:
        self.cpu, self.memory, self.disk, self.gpu = cpu, memory, disk, gpu


MAKERS: dict[str, Callable[..., Any]] = {
    "msgspec.Struct, gc=False": Frozen,
    "msgspec.Struct": Tracked,
    "frozen slots dataclass": Data,
    "namedtuple": Named,
    "tuple": lambda *fields: fields,
    "class with __init__": Plain,
    "pydantic model": lambda cpu, memory, disk, gpu: Model(cpu=cpu, memory=memory, disk=disk, gpu=gpu),
}
COPIES: dict[str, Callable[[Any], Any]] = {
    "msgspec.Struct, gc=False": lambda one: msgspec.structs.replace(one, cpu=1),
    "frozen slots dataclass": lambda one: replace(one, cpu=1),
    "namedtuple": lambda one: one._replace(cpu=1),
    "pydantic model": lambda one: one.model_copy(update={"cpu": 1}),
}


def measure(benchmark, group: str, name: str, work: Callable[[], object], operations: int, **more: object) -> None:
    benchmark.group = group
    benchmark.extra_info.update(name=name, operations=operations, **more)
    gc.collect()
    benchmark.pedantic(work, rounds=9, warmup_rounds=1)


@pytest.mark.parametrize("name", MAKERS)
def test_making_a_value(benchmark, name: str) -> None:
    make = MAKERS[name]

    def work() -> None:
        for _ in range(OPERATIONS):
            make(*FIELDS)

    one = make(*FIELDS)
    size = sys.getsizeof(one) + (sys.getsizeof(vars(one)) if hasattr(one, "__dict__") else 0)
    measure(benchmark, "make a value of four integers", name, work, OPERATIONS, bytes=size)


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "class with __init__"])
def test_comparing_and_hashing(benchmark, name: str) -> None:
    one, other = MAKERS[name](*FIELDS), MAKERS[name](*FIELDS)
    assert one == other
    assert {one: 1}[other] == 1

    def work() -> None:
        table = {one: 1}
        for _ in range(OPERATIONS):
            one == other  # noqa: B015
            table[other]

    measure(benchmark, "compare two equal values, and find one in a dict", name, work, OPERATIONS)


@pytest.mark.parametrize("name", COPIES)
def test_copying_with_one_field_changed(benchmark, name: str) -> None:
    copy, one = COPIES[name], MAKERS[name](*FIELDS)
    assert copy(one).cpu == 1
    assert one.cpu == FIELDS[0]

    def work() -> None:
        for _ in range(OPERATIONS):
            copy(one)

    measure(benchmark, "copy with one field changed", name, work, OPERATIONS)


class Locked:
    """A lock around every step."""

    def __init__(self) -> None:
        self.value, self._lock = 0, threading.Lock()

    def add(self) -> None:
        with self._lock:
            self.value += 1

    def read(self) -> int:
        with self._lock:
            return self.value


class Unguarded:
    """What one thread may do, as the simulation is."""

    def __init__(self) -> None:
        self.value = 0

    def add(self) -> None:
        self.value += 1

    def read(self) -> int:
        return self.value


class Counting:
    """`next` of itertools.count is one step of the interpreter: no other thread sees it half done."""

    def __init__(self) -> None:
        self.add = count(1).__next__


class Cell:
    """A slot of an array, as counters in columns are."""

    def __init__(self) -> None:
        self._cells = array("q", [0])

    def add(self) -> None:
        self._cells[0] += 1


COUNTERS = {"plain integer": Unguarded, "lock": Locked, "itertools.count": Counting, "cell of an array": Cell}


@pytest.mark.parametrize("name", COUNTERS)
def test_counting_in_one_thread(benchmark, name: str) -> None:
    add = COUNTERS[name]().add

    def work() -> None:
        for _ in range(OPERATIONS):
            add()

    measure(benchmark, "count one up", name, work, OPERATIONS)


def test_two_threads_lose_no_count_where_it_is_atomic() -> None:
    for kind in (Locked, Counting):
        counter = kind()

        def many(add=counter.add) -> None:
            for _ in range(50_000):
                add()

        threads = [threading.Thread(target=many) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert counter.add() == 100_001 if kind is Counting else counter.value == 100_000


class LockedTable:
    """One lock for all rows."""

    def __init__(self, rows: int) -> None:
        self._rows, self._lock = [0] * rows, threading.Lock()

    def write(self, row: int) -> None:
        with self._lock:
            self._rows[row] += 1

    def read(self) -> int:
        with self._lock:
            return sum(self._rows)


class ShardedTable:
    """A lock per sixteenth of the rows; a reader takes them all, in order."""

    def __init__(self, rows: int) -> None:
        self._rows, self._locks = [0] * rows, [threading.Lock() for _ in range(16)]

    def write(self, row: int) -> None:
        with self._locks[row & 15]:
            self._rows[row] += 1

    def read(self) -> int:
        for lock in self._locks:
            lock.acquire()
        total = sum(self._rows)
        for lock in self._locks:
            lock.release()
        return total


class CopyOnWrite:
    """Readers take the current tuple and need no lock; a writer makes a new one."""

    def __init__(self, rows: int) -> None:
        self._rows, self._lock = (0,) * rows, threading.Lock()

    def write(self, row: int) -> None:
        with self._lock:
            rows = self._rows
            self._rows = (*rows[:row], rows[row] + 1, *rows[row + 1 :])

    def read(self) -> int:
        return sum(self._rows)


class Optimistic:
    """A writer makes the epoch odd while it writes; a reader repeats when the epoch was odd or moved."""

    def __init__(self, rows: int) -> None:
        self._rows, self._lock, self._epoch = [0] * rows, threading.Lock(), 0

    def write(self, row: int) -> None:
        with self._lock:
            self._epoch += 1
            self._rows[row] += 1
            self._epoch += 1

    def read(self) -> int:
        while True:
            before = self._epoch
            total = sum(self._rows)
            if before == self._epoch and not before & 1:
                return total


TABLES = {"one lock": LockedTable, "sharded locks": ShardedTable, "copy on write": CopyOnWrite, "epoch": Optimistic}


@pytest.mark.parametrize("writes", [50, 1], ids=["half writes", "one write in a hundred"])
@pytest.mark.parametrize("name", TABLES)
def test_two_threads_share_a_table(benchmark, name: str, writes: int) -> None:
    """A thread that writes and reads, and one that only reads; what was written is all there at the end."""
    rows, steps = 256, 2_000

    def work() -> None:
        table = TABLES[name](rows)

        def mixed() -> None:
            for step in range(steps):
                if step % 100 < writes:
                    table.write(step % rows)
                else:
                    table.read()

        def reader() -> None:
            for _ in range(steps):
                table.read()

        threads = [threading.Thread(target=mixed), threading.Thread(target=reader)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert table.read() == steps * writes // 100

    share = "half of one thread's steps write" if writes == 50 else "one step in a hundred writes"
    measure(benchmark, f"two threads on 256 rows, {share}", name, work, 2 * steps)


KEPT = 50_000
PACK = Struct("6q").pack


class Record(msgspec.Struct, gc=False):
    job: int
    node: int
    queued: int
    started: int
    finished: int
    outcome: int


class TrackedRecord(msgspec.Struct):
    job: int
    node: int
    queued: int
    started: int
    finished: int
    outcome: object


def objects() -> object:
    return [Record(job, job & 63, job * 7, job * 8, job * 9, job & 1) for job in range(KEPT)]


def garbage_collected() -> object:
    return [TrackedRecord(job, job & 63, job * 7, job * 8, job * 9, job & 1) for job in range(KEPT)]


def columns() -> object:
    table = [array("q") for _ in range(6)]
    job_, node, queued, started, finished, outcome = (column.append for column in table)
    for job in range(KEPT):
        job_(job)
        node(job & 63)
        queued(job * 7)
        started(job * 8)
        finished(job * 9)
        outcome(job & 1)
    return table


def arena() -> object:
    rows = bytearray()
    for job in range(KEPT):
        rows += PACK(job, job & 63, job * 7, job * 8, job * 9, job & 1)
    return rows


def pooled() -> object:
    """One object used again for every record: what does not stay needs nothing new."""
    one = Record(0, 0, 0, 0, 0, 0)
    for job in range(KEPT):
        one.job, one.node, one.queued = job, job & 63, job * 7
        one.started, one.finished, one.outcome = job * 8, job * 9, job & 1
    return one


STRATEGIES = {
    "an object each": objects,
    "an object each, tracked by the collector": garbage_collected,
    "columns (array)": columns,
    "arena (bytearray of packed rows)": arena,
    "one object used again (keeps nothing)": pooled,
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_keeping_records(benchmark, name: str) -> None:
    """Time, peak memory, and how long the collector stopped everything meanwhile (at its default thresholds)."""
    make = STRATEGIES[name]
    tracemalloc.start()
    kept = make()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept is not None
    collections: list[str] = []
    gc.callbacks.append(lambda phase, info: collections.append(phase) if phase == "stop" else None)
    try:
        del kept
        gc.collect()
        collections.clear()
        make()
        stops = len(collections)
    finally:
        gc.callbacks.pop()
    info = {"bytes": round(peak / KEPT), "collections": stops}
    measure(benchmark, f"keep {KEPT:,} records of six integers", name, make, KEPT, **info)

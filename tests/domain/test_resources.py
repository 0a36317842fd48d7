"""The shared kernel: vectors that add up, ids that count, lifecycles that hold, refusals and events that are values."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.scheduling import NodeReady
from domain.shared.ids import JobId, NodeId, sequence
from domain.shared.lifecycle import Aggregate, IllegalMove, edges
from domain.shared.refusals import Refused
from domain.shared.resources import DIMENSIONS, Resources

VECTORS = st.builds(Resources, *(st.integers(0, 1 << 50) for _ in DIMENSIONS))
NOTHING = Resources()


@given(VECTORS, VECTORS, VECTORS)
def test_vectors_add_up(a: Resources, b: Resources, c: Resources) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + NOTHING == a
    assert (a + b) - b == a
    assert (a + b).as_tuple() == tuple(x + y for x, y in zip(a.as_tuple(), b.as_tuple(), strict=True))


@given(VECTORS, st.integers(0, 9), st.integers(0, 9))
def test_times_is_adding_over_and_over(a: Resources, m: int, n: int) -> None:
    assert a * 0 == NOTHING
    assert a * (m + n) == a * m + a * n
    assert sum((a for _ in range(n)), NOTHING) == a * n


@given(VECTORS, VECTORS)
def test_what_fits_is_what_can_be_taken_away(a: Resources, b: Resources) -> None:
    assert a.fits_in(a + b)
    if a.fits_in(b):
        assert a + (b - a) == b
        assert a == b or not b.fits_in(a)
    else:
        with pytest.raises(ValueError, match="never negative"):
            b - a


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_counts(dimension: str) -> None:
    one = Resources(**{dimension: 1})
    assert not one.fits_in(NOTHING)
    with pytest.raises(ValueError, match=f"{dimension}=-1"):
        NOTHING - one
    with pytest.raises(ValueError, match=f"{dimension}=-1"):
        Resources(**{dimension: -1})


def test_resources_are_values() -> None:
    assert len({Resources(1, 2), Resources(1, 2, 0, 0), Resources(2, 1)}) == 2
    with pytest.raises(AttributeError):
        Resources(1).cpu_millis = 2
    assert msgspec.json.decode(msgspec.json.encode(Resources(1, 2, 3, 4)), type=Resources) == Resources(1, 2, 3, 4)


def test_ids_count_from_one_and_every_sequence_for_itself() -> None:
    jobs, nodes = sequence(JobId), sequence(NodeId)
    assert [jobs(), jobs(), nodes(), jobs()] == [1, 2, 1, 3]


class Door(Aggregate, eq=False):
    MOVES = {"SHUT": {"open": "OPEN", "wall_up": "WALL"}, "OPEN": {"shut": "SHUT"}, "WALL": {}}
    INITIAL = "SHUT"

    id: int
    state: str = "SHUT"


def test_an_aggregate_moves_along_its_table_only() -> None:
    door = Door(1)
    door.move("open")
    assert (door.state, door.ended) == ("OPEN", False)
    with pytest.raises(IllegalMove, match=r"^Door 1 is OPEN and cannot wall_up \(allowed: shut\)$"):
        door.move("wall_up")
    assert door.state == "OPEN"
    door.move("shut")
    door.move("wall_up")
    assert door.ended
    with pytest.raises(IllegalMove, match="none, it is terminal"):
        door.move("open")
    assert repr(door) == "<Door 1 WALL>"


def test_an_aggregate_is_itself_and_not_what_it_looks_like() -> None:
    assert Door(1) != Door(1)
    assert len({Door(1), Door(1)}) == 2


def test_edges_tell_the_table_in_order() -> None:
    assert list(edges(Door.MOVES)) == [("SHUT", "open", "OPEN"), ("SHUT", "wall_up", "WALL"), ("OPEN", "shut", "SHUT")]


def test_refusals_and_events_are_values() -> None:
    assert Refused("node-in-use") == Refused("node-in-use", "") != Refused("node-in-use", "by a job")
    assert NodeReady(5, NodeId(1), 2) == NodeReady(5, NodeId(1), 2) != NodeReady(6, NodeId(1), 2)
    for value in (Refused("node-in-use"), NodeReady(5, NodeId(1), 2)):
        with pytest.raises(AttributeError):
            value.reason = "another"
    assert msgspec.json.encode(NodeReady(5, NodeId(1), 2)) == b'["NodeReady",5,1,2]'

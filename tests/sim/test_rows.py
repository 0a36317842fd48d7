"""What a run remembers of its jobs is the same in memory and on disk."""

from hypothesis import given
from hypothesis import strategies as st

from sim.rows import Rows

WHOLE = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(WHOLE, WHOLE, WHOLE), max_size=30), st.integers(1, 10))
def test_every_row_is_read_as_it_was_added(rows, many) -> None:
    kept, spilled = Rows(3), Rows(3, many)
    for row in rows:
        kept.add(*row)
        spilled.add(*row)
    expected = [[row[column] for row in rows] for column in range(3)]
    for one in (kept, spilled):
        assert [column.tolist() for column in one.columns()] == expected
        assert [column.tolist() for column in one.columns()] == expected, "also the second time"

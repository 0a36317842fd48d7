"""Tables in the terminal: whatever the width, no figure and no name is cut."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.document import Table
from reports.table_lines import table_lines

MACHINES = Table(
    "Machines",
    ("Policy", "pool", "kind", "ordered", "from stopped", "boot p50", "machine time idle",
     "job time waiting for boots"),
    tuple(
        (policy, pool, kind, "326", "0", "41.1 s", "6d 22h", "1h 31m")
        for policy in ("fair", "first-come")
        for pool, kind in (("cloud/trusted", "vm"), ("cloud/spot", "vm"), ("elsewhere/hosted", "hosted-runner"))
    ),
    names=3,
)  # fmt: skip


def words(table: Table, width: int) -> list[str]:
    return [line.plain for line in table_lines(table, width)]


def test_a_table_that_fits_is_left_as_it_is() -> None:
    lines = words(MACHINES, 160)
    assert lines[-1].split()[:3] == ["first-come", "elsewhere/hosted", "hosted-runner"]
    assert len(lines) == 6 + 3, "headings in three lines, and a line per row"


def test_one_that_is_too_wide_is_turned_over() -> None:
    lines = words(MACHINES._replace(rows=MACHINES.rows[:2]), 60)
    assert [line.split()[0] for line in lines[:3]] == ["Policy", "pool", "kind"]
    assert len(lines) == len(MACHINES.columns)


def test_one_that_is_too_wide_both_ways_comes_in_blocks_with_its_names_again() -> None:
    lines = words(MACHINES, 60)
    assert max(map(len, lines)) <= 60
    assert "" in lines
    assert sum(line.startswith("job time waiting for boots") for line in lines) == lines.count("") + 1
    assert sum(line.count("hosted-runner") for line in lines) == 2


cells = st.text("abcdefgh /", min_size=1, max_size=14).map(str.strip).filter(bool)


@settings(deadline=None, max_examples=100)
@given(st.data(), st.integers(2, 7), st.integers(1, 6), st.integers(30, 100))
def test_nothing_is_cut_and_nothing_is_wider_than_the_screen(data, width: int, height: int, screen: int) -> None:
    heading = data.draw(st.lists(cells, min_size=width, max_size=width))
    rows = data.draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=height, max_size=height))
    lines = words(Table("any", tuple(heading), tuple(map(tuple, rows))), screen)
    assert max(map(len, lines)) <= screen
    text = "\n".join(lines)
    assert "…" not in text
    assert all(cell in text for row in rows for cell in row)
    assert all(word in text for head in heading for word in head.split())

"""A report as data: headlines, warnings, sections with tables and plots; how it looks is the renderer's business."""

from typing import NamedTuple


class Table(NamedTuple):
    """Cells are words already; the first `names` columns are names, the others figures. `best` marks (row, column).

    `groups` is a line of headings above the columns: (heading, how many columns), empty headings included.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    best: frozenset[tuple[int, int]] = frozenset()
    folded: bool = False
    note: str = ""
    groups: tuple[tuple[str, int], ...] = ()


class Plot(NamedTuple):
    """`words` say what it shows, for those who cannot see it."""

    title: str
    svg: str
    words: str


class Terms(NamedTuple):
    """Definitions: (term, meaning)."""

    rows: tuple[tuple[str, str], ...]


class Commands(NamedTuple):
    lines: tuple[str, ...]


class Section(NamedTuple):
    anchor: str
    title: str
    lead: str
    parts: tuple[Table | Plot | Terms | Commands, ...]


class Document(NamedTuple):
    title: str
    facts: tuple[tuple[str, str], ...]
    headlines: tuple[str, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]

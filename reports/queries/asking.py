"""A question in SQL and its answer: one statement that only reads, or a complaint that says what there is to ask."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.manifest import StoreError
from reports.queries.database import tables

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

AT_ONCE = 10_000
"""Rows that are fetched together."""

PIVOT = re.compile(r"\s*pivot\b", re.IGNORECASE)


class Answer(NamedTuple):
    """Columns, each named once, whether each holds numbers, and the rows as they come."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: Iterator[tuple[Any, ...]]


def ask(db: "duckdb.DuckDBPyConnection", sql: str) -> Answer:
    """Raises StoreError for what is no question, and for one that cannot be answered."""
    cursor = _asked(db, sql)
    described = cursor.description or []
    numeric = tuple(_is_number(str(column[1])) for column in described)
    return Answer(_once([column[0] for column in described]), numeric, _rows(cursor))


def ask_arrow(db: "duckdb.DuckDBPyConnection", sql: str) -> "pa.Table":
    """As `ask`, all at once."""
    table: pa.Table = _asked(db, sql, whole=True)
    return table.rename_columns(list(_once(table.column_names)))


def _asked(db: "duckdb.DuckDBPyConnection", sql: str, whole: bool = False) -> Any:
    """A cursor, or the whole answer as an Arrow table: some mistakes come to light only while rows are made."""
    import duckdb

    try:
        _check(db, sql)
        return db.sql(sql).to_arrow_table() if whole else db.execute(sql)
    except (duckdb.InterruptException, RuntimeError):  # what DuckDB makes of Ctrl-C
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise StoreError(_explained(db, sql, str(error))) from None


def _rows(cursor: "duckdb.DuckDBPyConnection") -> Iterator[tuple[Any, ...]]:
    import duckdb

    try:
        while some := cursor.fetchmany(AT_ONCE):
            yield from some
    except duckdb.Error as error:
        if "pytz" in str(error):
            raise StoreError("a time with its zone cannot be shown: cast it to TIMESTAMP or VARCHAR") from None
        raise StoreError(_first_lines(str(error))) from None


def _check(db: "duckdb.DuckDBPyConnection", sql: str) -> None:
    """Raise StoreError unless it is one statement that only reads: a SELECT may write in its WITH, a view may not."""
    import duckdb

    found = duckdb.extract_statements(sql)
    kinds = [statement.type.name for statement in found]
    if len(found) != 1:
        raise StoreError(f"found {len(found)} statements, allowed: one question, such as SELECT * FROM runs")
    if kinds[0] == "MULTI" and PIVOT.match(sql):
        return
    if kinds[0] != "SELECT":
        raise StoreError(
            f"found a statement that does not only read ({kinds[0]}), allowed: SELECT, FROM, DESCRIBE, PIVOT"
        )
    try:
        db.execute(f"CREATE OR REPLACE TEMP VIEW _asked AS\n{sql}")
    except duckdb.Error as error:
        raise duckdb.Error(re.sub(r"LINE (\d+)", lambda line: f"LINE {int(line[1]) - 1}", str(error))) from None
    db.execute("DROP VIEW _asked")


def _explained(db: "duckdb.DuckDBPyConnection", sql: str, message: str) -> str:
    """The message, the nearest name, and what there is: the columns of the tables that are asked, else the tables."""
    known = tables(db)
    lines = [_first_lines(message)]
    about = [name for name in known if re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE)]
    if table := re.search(r"Table with name (\S+) does not exist", message):
        return "\n".join([*lines, f"tables here: {', '.join(known)}{_nearest(table[1], list(known))}"])
    if not about:
        return "\n".join([*lines, f"tables here: {', '.join(known)}"])
    column = re.search(r'column "([^"]+)"|column named "([^"]+)"', message)
    for name in about:
        columns = [each for each, _ in known[name]]
        nearest = _nearest(column[1] or column[2], columns) if column else ""
        lines.append(f"columns of {name}: {', '.join(columns)}{nearest}")
    return "\n".join(lines)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name.lower(), known, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _first_lines(message: str) -> str:
    """Without the kind of error, and without DuckDB's guesses, which also know of what is hidden here."""
    message = re.sub(r"^[A-Z]\w*( \w+)* Error: ", "", message)
    kept = [line for line in message.splitlines() if line.strip()]
    return "\n".join(line for line in kept if not line.startswith(("Did you mean", "Candidate bindings")))


def _once(names: Sequence[str]) -> tuple[str, ...]:
    """Names, those that come again with a number: `a`, `a_2`."""
    found: list[str] = []
    for name in names:
        number, new = 1, name
        while new in found:
            number += 1
            new = f"{name}_{number}"
        found.append(new)
    return tuple(found)


def _is_number(kind: str) -> bool:
    return kind.endswith("INT") or kind in ("INTEGER", "DOUBLE", "FLOAT", "NUMBER") or kind.startswith("DECIMAL")

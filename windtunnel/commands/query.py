"""`windtunnel query`: ask kept runs a question in SQL."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    import duckdb

ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
WAY_OUT = "say --mixed to have them together all the same"


class Asking(click.Command):
    """Takes a question that begins with a comment (`-- so`) for a question, not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {each}" if each.startswith("-- ") else each for each in args])


@click.command(cls=Asking, short_help="Ask kept runs a question in SQL.")
@click.argument("sql", required=False)
@click.argument("more", metavar="[DIR]...", nargs=-1)
@click.option(
    "--in", "folders", multiple=True, metavar="DIR", help="A kept run, a sweep, or a folder of such (repeatable)."
)
@click.option("--tables", is_flag=True, help="List tables and columns instead.")
@click.option("--mixed", is_flag=True, help="Runs of different code or inputs may be looked at together.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: a list of objects.")
@click.option("--out", "file", metavar="FILE", help="Write it to a file; .csv, .json or .parquet say how.")
@click.option("--force", is_flag=True, help="With --out: replace the file.")
@click.option(
    "--rows", type=click.IntRange(0), default=40, show_default=True, metavar="N", help="On the screen; 0: all."
)
def query(
    sql: str | None,
    more: tuple[str, ...],
    folders: tuple[str, ...],
    tables: bool,
    mixed: bool,
    as_csv: bool,
    as_json: bool,
    file: str | None,
    force: bool,
    rows: int,
) -> None:
    """Ask SQL of one kept run or of many: tables runs, replications, metrics, jobs, nodes, events and more.

    \b
    windtunnel query --tables --in out/quickstart
    windtunnel query "FROM runs" --in out
    windtunnel query "SELECT policy, value / 6e7 AS minutes FROM metrics WHERE metric = 'p95(wait)'" out/*
    windtunnel query "SELECT label, count(*) FROM jobs GROUP BY ALL" --in out/quickstart --csv

    The question is DuckDB's SQL, can only read, and only the folders that are named. `-` reads it from stdin.
    """
    from reports.queries.opening import open_runs

    if tables:
        more, sql = (*([sql] if sql else []), *more), None
    elif sql is None:
        raise BadInput('nothing is asked: windtunnel query "SELECT …" --in DIR, or --tables')
    if not (folders or more):
        raise BadInput("no folder is named: --in DIR")
    form = _form(file, as_csv, as_json, force)
    db, _, notes = open_runs([*folders, *more], mixed=mixed, way_out=WAY_OUT)
    for note in notes:
        click.echo(f"! {note}", err=True)
    if sql is None:
        _list_tables(db, form)
        return
    _answer(db, sys.stdin.read() if sql == "-" else sql, form, file, rows)


def _form(file: str | None, as_csv: bool, as_json: bool, force: bool) -> str:
    """`screen`, `csv`, `json` or `parquet`."""
    from windtunnel.outputs import STDOUT, check_writable

    if as_csv and as_json:
        raise BadInput("--csv or --json, not both")
    asked = "csv" if as_csv else "json" if as_json else ""
    if file is None or file == STDOUT:
        return asked or ("screen" if file is None else "csv")
    check_writable(file)
    if Path(file).is_file() and not force:
        raise BadInput(f"{file} is there already: name another file, or replace it with --force")
    ending = ENDINGS.get(Path(file).suffix.lower(), "")
    if not (asked or ending):
        raise BadInput(
            f"{file}: found no ending that says how to write it, allowed: {', '.join(ENDINGS)}, or --csv, --json"
        )
    return asked or ending


def _answer(db: "duckdb.DuckDBPyConnection", sql: str, form: str, file: str | None, rows: int) -> None:
    from reports.queries.asking import ask, ask_arrow
    from windtunnel.answers import screen_lines, write_csv, write_json
    from windtunnel.outputs import STDOUT
    from windtunnel.screen import Screen
    from windtunnel.streamed import streamed

    if form == "parquet":
        import pyarrow.parquet as pq

        table = ask_arrow(db, sql)
        with streamed(file or STDOUT) as out:
            pq.write_table(table, out, compression="zstd")
        return
    answer = ask(db, sql)
    if form == "screen":
        for line in screen_lines(answer, Screen().width, rows):
            click.echo(line)
        return
    with streamed(file or STDOUT) as out:
        if form == "csv":
            write_csv(answer, out)
        else:
            write_json(answer, out)


def _list_tables(db: "duckdb.DuckDBPyConnection", form: str) -> None:
    from reports.queries.asking import ask
    from reports.queries.database import quoted, tables

    found = tables(db)
    counts = {name: next(ask(db, f"SELECT count(*) FROM {quoted(name)}").rows)[0] for name in found}
    if form == "json":
        import msgspec

        listed = [
            {"table": name, "rows": counts[name], "columns": [{"name": c, "type": kind} for c, kind in columns]}
            for name, columns in found.items()
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(listed), indent=2))
        return
    for line in _table_lines(found, counts):
        click.echo(line)


def _table_lines(found: dict[str, list[tuple[str, str]]], counts: dict[str, int]) -> Sequence[str]:
    import textwrap

    from reports.wording import several
    from windtunnel.screen import Screen

    lines: list[str] = []
    for name, columns in found.items():
        lines.append(f"{name}  {several(counts[name], 'row')}")
        text = ", ".join(f"{column} {KINDS.get(kind, kind.lower())}" for column, kind in columns)
        lines += textwrap.wrap(text, Screen().width - 2, initial_indent="  ", subsequent_indent="  ")
    return lines


KINDS = {"VARCHAR": "text", "BIGINT": "integer", "BOOLEAN": "true/false", "DOUBLE": "number"}

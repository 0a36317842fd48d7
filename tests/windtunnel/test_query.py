"""`windtunnel query`: kept runs and sweeps answer SQL that only reads; what cannot be used is said."""

import csv
import json
import os
import shutil
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.windtunnel.conftest import Windtunnel
from windtunnel.exits import INVALID, OK

P95 = "SELECT policy, value FROM metrics WHERE metric = 'p95(wait)' ORDER BY ALL"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds of a run, one with all replications, and a sweep."""
    from click.testing import CliRunner

    from tests.windtunnel.conftest import TINY
    from windtunnel.cli import cli

    folder = tmp_path_factory.mktemp("kept")
    (folder / "tiny.yaml").write_text(TINY)
    runs = (
        ("run", "--out", "a", "--replications", "2", "--jobs", "1", "--keep-all", "--threshold", "p95(wait) < 9h"),
        ("run", "--out", "b", "--seed", "8"),
        ("sweep", "--out", "sizes", "--set", "nodes.linux.count=3,4", "--replications", "2", "--jobs", "1"),
    )
    before = Path.cwd()
    os.chdir(folder)
    try:
        for command, *options in runs:
            done = CliRunner().invoke(cli, [command, "tiny.yaml", "-q", *options])
            assert done.exit_code == 0, (done.output, done.exception)
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def ask(windtunnel: Windtunnel, kept: Path, tmp_path: Path) -> Windtunnel:
    """In a folder with copies of all that was kept."""
    for folder in ("a", "b", "sizes"):
        shutil.copytree(kept / folder, tmp_path / folder)
    return lambda *arguments: windtunnel("query", *arguments)


def rows(text: str) -> list[dict]:
    return json.loads(text or "null")


def test_every_table_is_listed_with_its_columns(ask: Windtunnel) -> None:
    listed = ask("--tables", "a", "--json")
    assert listed.code == OK
    tables = {each["table"]: each for each in rows(listed.out)}
    assert set(tables) == {
        "events", "inputs", "jobs", "manifests", "metrics", "nodes", "policies", "replications", "runs", "thresholds",
    }  # fmt: skip
    assert [column["name"] for column in tables["metrics"]["columns"]] == [
        "run_id", "scenario_hash", "policy", "replication", "metric", "unit", "value",
    ]  # fmt: skip
    assert tables["replications"]["rows"] == 6
    shown = ask("--tables", "--in", "a")
    assert "jobs  " in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_figures_are_those_of_the_report(ask: Windtunnel) -> None:
    figures = json.loads(Path("b/summary.json").read_bytes())["summaries"]
    expected = sorted((each["policy"], each["waits"]["overall"]["p95_us"]) for each in figures)
    assert [(row["policy"], row["value"]) for row in rows(ask(P95, "b", "--json").out)] == expected
    waits = "list_sort(list(queue_wait_us))"
    own = f"SELECT policy, {waits}[(len({waits}) - 1) * 95 // 100 + 1] AS value FROM jobs JOIN policies "
    own += (
        "USING (run_id, policy) WHERE queued_us >= warm_up_us AND queued_us < horizon_us GROUP BY policy ORDER BY ALL"
    )
    found = [(row["policy"], row["value"]) for row in rows(ask(own, "b", "--json").out)]
    assert found == expected


def test_many_runs_are_told_apart_and_replications_are_there(ask: Windtunnel) -> None:
    told = "SELECT folder, replication, count(*) AS jobs FROM jobs JOIN runs USING (run_id) GROUP BY ALL ORDER BY ALL"
    found = rows(ask(told, "--in", "a", "b", "--json").out)
    assert [(row["folder"], row["replication"]) for row in found] == [("a", 0), ("a", 1), ("b", 0)]
    counted = rows(
        ask("SELECT replication, sum(jobs) AS jobs FROM replications GROUP BY ALL ORDER BY 1", "a", "--json").out
    )
    assert [row["jobs"] for row in counted] == [row["jobs"] for row in found[:2]]


def test_a_folder_of_folders_is_looked_through(ask: Windtunnel) -> None:
    found = rows(ask("SELECT DISTINCT folder FROM runs ORDER BY 1", ".", "--json").out)
    assert [row["folder"] for row in found] == ["a", "b", "sizes"]


def test_a_sweep_answers_with_its_points(ask: Windtunnel) -> None:
    told = 'SELECT "nodes.linux.count" + 0 AS nodes, policy, count(*) AS n, avg(value) AS wait FROM metrics '
    told += "JOIN points USING (scenario_hash) WHERE metric = 'mean(wait)' GROUP BY ALL ORDER BY ALL"
    found = rows(ask(told, "sizes", "--json").out)
    assert [(row["nodes"], row["n"]) for row in found] == [(3, 2)] * 3 + [(4, 2)] * 3
    assert found[0]["wait"] > found[3]["wait"]
    joined = "SELECT count(*) AS n, count(DISTINCT digest) AS digests FROM replications JOIN runs USING (run_id)"
    assert rows(ask(joined, "sizes", "--json").out) == [{"n": 12, "digests": 12}]


def test_a_point_of_a_sweep_is_the_run_of_that_scenario(ask: Windtunnel) -> None:
    told = "SELECT policy, count(*) AS n, count(DISTINCT value) AS values FROM metrics WHERE metric = 'p95(wait)' "
    told += "AND replication = 0 AND scenario_hash = (SELECT scenario_hash FROM runs WHERE folder = 'a') GROUP BY ALL"
    found = rows(ask(told, "a", "sizes", "--json").out)
    assert [(row["n"], row["values"]) for row in found] == [(2, 1)] * 3


def test_csv_json_and_files_say_the_same(ask: Windtunnel) -> None:
    told = "SELECT job, outcome, started_us, queue_wait_us / 6e7 AS minutes FROM jobs ORDER BY policy, job"
    of_csv = list(csv.DictReader(StringIO(ask(told, "b", "--csv").out)))
    of_json = rows(ask(told, "b", "--json").out)
    assert len(of_csv) == len(of_json) > 100
    assert [int(row["job"]) for row in of_csv] == [row["job"] for row in of_json]
    assert float(of_csv[5]["minutes"]) == of_json[5]["minutes"]
    for name in ("t.csv", "t.json", "t.parquet"):
        assert ask(told, "b", "--out", name) == (OK, "", "")
    assert rows(Path("t.json").read_text()) == of_json == pq.ParquetFile("t.parquet").read().to_pylist()
    again = ask(told, "b", "--out", "t.csv")
    assert again.code == INVALID
    assert "--force" in again.err
    assert ask("SELECT 1 AS a", "b", "--out", "t.csv", "--force").code == OK
    assert Path("t.csv").read_text() == "a\n1\n"
    assert ask(told, "b", "--out", "t.txt").code == INVALID


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize(
    "told", ["FROM jobs", "FROM events", "FROM runs", "FROM metrics", "SELECT manifest FROM manifests"]
)
def test_a_table_is_no_wider_than_the_screen(
    ask: Windtunnel, monkeypatch: pytest.MonkeyPatch, width: int, told: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = ask(told, "a")
    assert shown.code == OK
    assert max(map(len, shown.out.splitlines())) <= width
    assert ("--rows 0" in shown.out) == (told in ("FROM jobs", "FROM events", "FROM metrics"))


def test_an_answer_without_rows_says_so(ask: Windtunnel) -> None:
    assert ask("SELECT policy FROM jobs WHERE false", "b").out == "no rows; columns: policy\n"
    assert ask("SELECT policy FROM jobs WHERE false", "b", "--json").out == "[\n]\n"


def test_odd_values_are_shown_and_encoded(ask: Windtunnel) -> None:
    told = "SELECT 'NaN'::DOUBLE AS n, NULL AS e, [1, 2] AS l, {'a': DATE '2026-01-01'} AS s, 1.50::DECIMAL(9,2) AS d, "
    told += "'a' AS x, 'b' AS x, 'esc' || chr(27) AS c, '\\xAA'::BLOB AS b, true AS t"
    (row,) = rows(ask(told, "b", "--json").out)
    assert row == {
        "n": None, "e": None, "l": [1, 2], "s": {"a": "2026-01-01"}, "d": 1.5, "x": "a", "x_2": "b", "c": "esc\x1b",
        "b": "aa", "t": True,
    }  # fmt: skip
    assert "\x1b" not in ask(told, "b").out


WRITES = (
    "COPY (SELECT 1) TO 'a/x.csv'",
    "WITH z AS (COPY (SELECT 1) TO 'a/x.csv') SELECT 1",
    "WITH z AS (COPY (SELECT 1) TO 'a/x.csv') PIVOT metrics ON policy USING first(value)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'a/x.csv'",
    "SELECT 1; COPY (SELECT 1) TO 'a/x.csv'",
    "EXPORT DATABASE 'a'",
    "ATTACH 'a/x.db' AS x",
    "CREATE TABLE x AS SELECT 1",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "DELETE FROM runs",
)
READS_ELSEWHERE = (
    "FROM read_text('tiny.secret')",
    "FROM read_csv('tiny.secret')",
    "FROM 'b/jobs.parquet'",
    "FROM read_text('a/../tiny.secret')",
    "FROM glob('*')",
    "FROM 'ab/jobs.parquet'",
    "FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    "SELECT getenv('PATH')",
)


@pytest.mark.parametrize("told", [*WRITES, *READS_ELSEWHERE])
def test_a_question_writes_nothing_and_reads_nothing_else(ask: Windtunnel, tmp_path: Path, told: str) -> None:
    (tmp_path / "tiny.secret").write_text("secret")
    shutil.copytree("b", "ab")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    outcome = ask(told, "a", "--json")
    assert outcome.code == INVALID, outcome
    assert outcome.out in ("", "[")
    assert "secret" not in outcome.out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("SELECT * FROM job", ("tables here: ", "did you mean jobs?")),
        ("SELECT runid FROM runs", ('"runid" not found', "columns of runs: run_id, folder", "did you mean run_id?")),
        ("SELECT x.polcy FROM jobs x", ("columns of jobs: ", "did you mean policy?")),
        ("SELEC 1", ("syntax error", "LINE 1: SELEC 1", "tables here: ")),
        ("SELECT sum(policy) FROM jobs", ("sum(VARCHAR)", "columns of jobs: ")),
        ("SELECT policy::INT FROM jobs", ("Could not convert string 'f",)),
        ("FROM contexts", ("contexts does not exist", "tables here: ")),
        ("", ("found 0 statements",)),
        ("FROM runs; FROM jobs", ("found 2 statements",)),
    ],
)
def test_a_mistake_is_explained_with_what_there_is(ask: Windtunnel, told: str, said: tuple[str, ...]) -> None:
    outcome = ask(told, "a")
    assert outcome.code == INVALID
    assert outcome.out == ""
    assert all(words in outcome.err for words in said), outcome.err
    assert "_asked" not in outcome.err
    assert "Traceback" not in outcome.err


def test_a_mistake_that_shows_only_while_rows_are_made_is_one_of_the_question(ask: Windtunnel) -> None:
    import windtunnel as wt
    from reports.manifest import StoreError

    outcome = ask("SELECT 9223372036854775807 + job + 1 FROM jobs", "b")
    assert outcome.code == INVALID and "Error: Overflow in addition" in outcome.err
    with pytest.raises(StoreError, match="boo"):
        wt.load("b").query("SELECT error('boo')")


def test_what_is_missing_on_the_command_line_is_said(ask: Windtunnel) -> None:
    assert ask().code == ask("FROM runs").code == ask("--tables").code == INVALID
    assert "is not a folder" in ask("FROM runs", "nowhere").err
    assert ask("FROM runs", "a", "--csv", "--json").code == INVALID


def test_damaged_runs_are_left_out_and_the_others_answer(ask: Windtunnel, tmp_path: Path) -> None:
    shutil.copytree("b", "copy")
    for name in ("cut", "gone", "torn", "rotten", "flipped", "filled"):
        shutil.copytree("b", name)
    Path("cut/jobs.parquet").write_bytes(b"PAR1")
    Path("gone/nodes.parquet").unlink()
    Path("rotten/jobs.parquet").write_bytes(bytes(Path("b/jobs.parquet").stat().st_size))
    flipped = bytearray(Path("b/jobs.parquet").read_bytes())
    flipped[len(flipped) // 3] ^= 1
    Path("flipped/jobs.parquet").write_bytes(flipped)
    Path("filled/stress-des.md").write_text("**Author:** as we run it")
    Path("torn/manifest.json").write_text('{"format": "windtu')
    Path("late.partial-1-0").mkdir()
    Path("late.partial-1-0/jobs.parquet").write_bytes(b"")
    outcome = ask(
        "SELECT folder FROM runs ORDER BY 1", "b", "copy", "cut", "gone", "torn", "rotten", "flipped", "filled",
        "late.partial-1-0", "--csv",
    )  # fmt: skip
    assert (outcome.code, outcome.out) == (OK, "folder\nb\n")
    for said in (
        "copy is the same run as b: counted once",
        "cut/jobs.parquet has 4 bytes",
        "gone/nodes.parquet is missing",
        "torn/manifest.json is truncated",
        "rotten/jobs.parquet is damaged",
        "flipped/jobs.parquet is damaged",
        "filled is the same run as b: counted once",
        "late.partial-1-0 was never finished",
    ):
        assert said in outcome.err
    alone = ask("FROM runs", "cut")
    assert alone.code == INVALID
    assert "4 bytes" in alone.err


def unlike(folder: str) -> None:
    """As if another code had made it."""
    path = Path(folder, "manifest.json")
    manifest = json.loads(path.read_bytes())
    manifest["provenance"]["code"]["sources"] = "0123456789abcdef"
    path.write_text(json.dumps(manifest))


def test_a_run_of_an_earlier_windtunnel_answers_with_what_it_has(ask: Windtunnel) -> None:
    path = Path("b/manifest.json")
    manifest = json.loads(path.read_bytes())
    for name in ("run_id", "scenario_hash", "provenance"):
        del manifest[name]
    for name in ("metrics.parquet", "replications.parquet"):
        del manifest["files"][name]
        Path("b", name).unlink()
    path.write_text(json.dumps(manifest))
    assert json.loads(ask("SELECT count(*) AS n FROM jobs JOIN runs USING (run_id)", "b", "--json").out)[0]["n"] > 100
    refused = ask("FROM runs", "a", "b")
    assert refused.code == INVALID
    assert "provenance: b kept by a windtunnel that noted none" in refused.err
    assert ask("FROM runs", "a", "b", "--mixed").code == OK


def test_runs_of_different_code_are_not_mixed_unasked(ask: Windtunnel, windtunnel: Windtunnel) -> None:
    unlike("b")
    outcome = ask("FROM runs", "a", "b")
    assert outcome.code == INVALID
    assert outcome.out == ""
    assert "sources 01234567" in outcome.err
    assert "--mixed" in outcome.err
    allowed = ask("SELECT count(*) AS n FROM runs", "a", "b", "--mixed", "--csv")
    assert (allowed.code, allowed.out) == (OK, "n\n2\n")
    assert "! mixed: code: " in allowed.err
    assert ask("SELECT count(*) AS n FROM runs", "b", "--csv").out == "n\n1\n"
    compared = windtunnel("compare", "a@fair", "b@fair", "-q")
    assert compared.code == INVALID
    assert "sources 01234567" in compared.err
    shown = windtunnel("compare", "a@fair", "b@fair", "--mixed")
    assert shown.code == OK
    assert "! mixed: code: " in shown.out


def test_a_question_may_come_from_stdin(ask: Windtunnel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("SELECT 1 AS a"))
    assert ask("-", "b", "--csv").out == "a\n1\n"


def test_a_folder_with_odd_characters_is_that_folder(ask: Windtunnel) -> None:
    Path("b").rename("it's [1] *")
    assert (
        rows(ask("SELECT count(*) AS n FROM runs JOIN jobs USING (run_id)", "it's [1] *", "--json").out)[0]["n"] > 100
    )


def test_without_duckdb_the_way_to_get_it_is_named(ask: Windtunnel, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    outcome = ask("FROM runs", "b")
    assert outcome.code == INVALID
    assert "pip install 'windtunnel[query]'" in outcome.err

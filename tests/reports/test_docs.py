"""Every query that docs/reports.md shows runs on a stored run, and every file and column that it names is there."""

import re
from pathlib import Path

import duckdb
import pytest

from domain.contracts.orchestration import JobStarted
from domain.shared.ids import JobId
from reports.event_log import EVENTS
from reports.store import RunStore
from reports.summary import summarise
from reports.tables import JOBS, NODES

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture(scope="module")
def stored_run(tmp_path_factory, live, make) -> Path:
    directory = tmp_path_factory.mktemp("docs") / "run"
    result = live(200)
    nodes = make(nodes=[(0, 0, 0, result.end_us)] * len(result.nodes)).nodes
    result = type(result)(**{name: getattr(result, name) for name in type(result).__slots__} | {"nodes": nodes})
    with RunStore(directory, scenario={}, scenario_text="name: x\n") as store:
        started = [JobStarted(at_us=i, job=JobId(1), attempt=1) for i in range(3)]
        store.event_sink("fifo")(started, [0, 1, 2])
        store.add(result, summarise(result))
    return directory


@pytest.mark.parametrize("query", QUERIES)
def test_queries_run_and_find_something(stored_run: Path, query: str) -> None:
    for name in ("jobs", "nodes", "events"):
        query = query.replace(f"'{name}.parquet'", f"'{stored_run / name}.parquet'")
    assert duckdb.sql(query).fetchall()


def test_every_file_of_a_stored_run_is_described(stored_run: Path) -> None:
    assert len(QUERIES) >= 4
    described = re.findall(r"^\| `([\w-]+\.\w+)` \|", DOCS, re.MULTILINE)
    assert {path.name for path in stored_run.iterdir()} == set(described)


@pytest.mark.parametrize(("name", "schema"), [("jobs", JOBS), ("nodes", NODES), ("events", EVENTS)])
def test_every_column_is_named_in_order(name: str, schema) -> None:
    (listed,) = re.findall(rf"- \*\*{name}\*\*: (.*?)\n(?=- |\n)", DOCS, re.DOTALL)
    assert [word.strip() for word in re.sub(r"\([^)]*\)", "", listed).split(",")] == schema.names

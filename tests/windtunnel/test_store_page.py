"""What docs/store.md shows can be asked, and its notebook runs from top to bottom."""

import json
import re
import shlex
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import windtunnel as wt
from tests.windtunnel.conftest import Windtunnel
from windtunnel.exits import OK

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "store.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ windtunnel (query .*)$", PAGE, re.MULTILINE)
NOTEBOOK = json.loads((DOCS / "notebooks" / "kept-runs.ipynb").read_text())
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def kept(windtunnel: Windtunnel, tiny: Path) -> Windtunnel:
    assert windtunnel("run", tiny, "-q", "--out", "out/quickstart", "--policy", "fair").code == OK
    sizes = ("--set", "nodes.linux.count=3,4", "--policy", "fair", "--replications", 1, "--jobs", 1)
    assert windtunnel("sweep", tiny, "-q", "--out", "out/sizes", *sizes).code == OK
    return windtunnel


def test_every_query_of_the_page_finds_something(kept: Windtunnel) -> None:
    assert len(QUERIES) >= 4
    for query in QUERIES:
        asked = kept("query", query, "out", "--json")
        assert asked.code == OK, asked.err
        assert json.loads(asked.out)


def test_every_command_of_the_page_works(kept: Windtunnel) -> None:
    assert len(COMMANDS) >= 4
    for command in COMMANDS:
        arguments = [
            part for word in shlex.split(command) for part in (["out/quickstart"] if word == "out/*" else [word])
        ]
        assert kept(*arguments).code == OK


def test_every_table_is_on_the_page(kept: Windtunnel) -> None:
    tables = {each["table"] for each in json.loads(kept("query", "--tables", "out", "--json").out)}
    told = set(
        re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")))
    )
    assert tables <= told


def test_the_notebook_runs_from_top_to_bottom(windtunnel: Windtunnel) -> None:
    """Its two runs are made smaller, and in this process; everything else is as a reader finds it."""

    def run(command: list[object], check: bool) -> None:
        assert command[1:3] == ["-m", "windtunnel"]
        assert windtunnel(*command[3:], "--jobs", 1).code == OK

    names: dict[str, object] = {"subprocess": SimpleNamespace(run=run)}
    for cell in CELLS:
        smaller = cell.replace("horizon=1d", "horizon=3h").replace("warm_up=2h", "warm_up=0s").replace('"10"', '"2"')
        smaller = smaller.replace("import subprocess\n", "")
        exec(compile(smaller, "kept-runs.ipynb", "exec"), names)
    shutil.rmtree(str(names["folder"]))
    assert len(CELLS) >= 7
    assert isinstance(names["minutes"], pd.DataFrame)
    assert list(names["minutes"].columns) == ["as-it-is", "larger"]
    assert NOTEBOOK["nbformat"] == 4
    assert all(not cell.get("outputs") for cell in NOTEBOOK["cells"])


def test_loaded_runs_are_frames_that_are_read_when_asked_for(kept: Windtunnel) -> None:
    run = wt.load("out/quickstart")
    assert "jobs" not in run.__dict__
    jobs = run.jobs
    assert jobs is run.jobs
    assert jobs["queue_wait_us"].dtype == pd.Int64Dtype()
    assert str(jobs["tenant"].dtype) == "category"
    assert (jobs["started_us"] - jobs["queued_us"]).equals(jobs["queue_wait_us"])
    assert len(jobs) == int(run.policies["jobs"].sum())
    assert {"jobs", "metrics", "query"} <= set(dir(run))
    assert run.query("SELECT 1 AS a, 2 AS a").columns.tolist() == ["a", "a_2"]
    assert "out/quickstart" in repr(run)
    with pytest.raises(AttributeError, match="no table nodez was kept: events, inputs, jobs"):
        run.nodez  # noqa: B018


def test_sums_and_fractions_are_numbers_that_pandas_reckons_with(kept: Windtunnel) -> None:
    run = wt.load("out/quickstart")
    found = run.query("SELECT sum(job) AS total, 1.5 AS half, 1e30::HUGEINT AS large, NULL::HUGEINT AS none FROM jobs")
    assert [str(dtype) for dtype in found.dtypes] == ["Int64", "float64", "float64", "Int64"]
    assert found.total[0] == int(run.jobs.job.sum()) and found.half[0] == 1.5 and found.large[0] == 1e30


def test_many_runs_are_loaded_together_and_unlike_ones_are_refused(kept: Windtunnel, tiny: Path) -> None:
    assert kept("run", tiny, "-q", "--out", "out/other", "--policy", "fair", "--seed", 9).code == OK
    both = wt.load("out/quickstart", Path("out/other"))
    assert both.metrics["run_id"].nunique() == 2
    assert set(wt.load("out").runs["folder"]) == {"out/other", "out/quickstart", "out/sizes"}
    path = Path("out/other/manifest.json")
    path.write_text(path.read_text().replace(both.runs["sources"][0], "0" * 16))
    with pytest.raises(wt.StoreError, match="mixed=True"):
        wt.load("out/quickstart", "out/other")
    with pytest.warns(UserWarning, match="mixed: code"):
        assert len(wt.load("out/quickstart", "out/other", mixed=True).runs) == 2

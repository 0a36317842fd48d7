"""`import windtunnel as wt`: cheap to import, complete to the tab key, and a pandas table that says what it means."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import windtunnel as wt


def test_importing_loads_nothing_heavy() -> None:
    script = "import sys, windtunnel; print(*({'numpy', 'pandas', 'pydantic', 'rich', 'simpy'} & set(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout.split() == []


def test_every_public_name_is_there_and_completes() -> None:
    assert set(wt.__all__) <= set(dir(wt))
    for name in wt.__all__:
        assert callable(getattr(wt, name))
    with pytest.raises(AttributeError, match="simulat"):
        wt.simulat  # noqa: B018


def test_a_run_as_a_table(tiny: Path) -> None:
    first, *rest = wt.run(tiny, policies=["fair", "first-come"], settings=["horizon=1h"], seed=3)
    assert [result.policy for result in (first, *rest)] == ["first-come", "fair"]
    assert first.seed == 3
    table = wt.frame(first)
    assert len(table) == len(first.jobs)
    assert set(table["tenant"]) == {"web", "data"}
    assert set(table["outcome"]) == {"SUCCEEDED"}
    assert table["queued_us"].dtype == pd.Int64Dtype()
    assert (table["started_us"] - table["queued_us"]).equals(table["queue_wait_us"])
    assert int(table["queue_wait_us"].min()) >= 0


def test_a_loaded_scenario_runs_the_same(tiny: Path) -> None:
    loaded = wt.load_scenario(tiny, ["horizon=1h"])
    assert [r.digest for r in wt.run(loaded)] == [r.digest for r in wt.run(tiny, settings=["horizon=1h"])]
    with pytest.raises(ValueError, match="load_scenario"):
        wt.run(loaded, settings=["horizon=2h"])


def test_a_bad_scenario_has_all_its_problems(tiny: Path) -> None:
    with pytest.raises(wt.ScenarioError) as raised:
        wt.load_scenario(tiny, ["horizn=1h", "seed=x"])
    assert len(raised.value.problems) == 2

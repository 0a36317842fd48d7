"""The long table of a stored run: every figure under the name that thresholds know, with the value that they find."""

import duckdb
import pytest

from reports.long_metrics import metrics_of
from reports.metrics import value_of
from reports.replication_store import METRIC_COLUMNS, unit_of
from reports.store import RunStore
from reports.summary import summarise
from scenarios.thresholds import parse_metric


def test_each_is_what_a_threshold_of_that_name_is_held_against(live) -> None:
    result = live(600, tenants=("web", "odd {x}", "a b"))
    summary = summarise(result)
    found = metrics_of(summary)
    assert len(found) > 50
    for name, value in found.items():
        expected = value_of(parse_metric(name), result, summary)
        assert (value is None) == (expected is None), name
        assert value is None or value == pytest.approx(expected, rel=1e-12), name
        assert unit_of(name) == parse_metric(name).unit


def test_a_run_in_which_nothing_happened_has_no_waits(make) -> None:
    found = metrics_of(summarise(make(nodes=[])))
    assert found["p95(wait)"] is None
    assert found["busy"] is None
    assert found["rate(job.failed)"] is None
    assert found["count(job.failed)"] == 0


def test_a_name_that_no_threshold_could_say_is_stored_all_the_same(tmp_path, live) -> None:
    result = live(50, tenants=("web", 'od"d}({', "a b"))
    with RunStore(tmp_path / "run", scenario={}) as store:
        store.add(result, summarise(result))
    found = duckdb.sql(
        f"select unit, count(*) from '{tmp_path}/run/metrics.parquet' where metric like '%od\"d%' group by 1"
    )
    assert dict(found.fetchall()) == {"us": 5, "udollars": 1}


def test_it_is_tidy(tmp_path, live) -> None:
    with RunStore(tmp_path / "run", scenario={"name": "shop"}) as store:
        for result in (live(50), live(50, "sjf")):
            store.add(result, summarise(result))
    file = f"'{tmp_path}/run/metrics.parquet'"
    assert [row[0] for row in duckdb.sql(f"describe from {file}").fetchall()] == list(METRIC_COLUMNS)
    key = "run_id, scenario_hash, policy, replication, metric"
    ((rows, keys, runs),) = duckdb.sql(
        f"select count(*), count(distinct ({key})), count(distinct run_id) from {file}"
    ).fetchall()
    assert (rows, runs) == (keys, 1)
    waits = f"select distinct unit from {file} where metric like '%(wait%'"
    assert duckdb.sql(waits).fetchall() == [("us",)]

"""A replay brings every recorded job at its time, with its length and its ending, as shapes that are built once."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.build import build_workload
from scenarios.spec import Scenario
from scenarios.traces.errors import TraceError
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED
from sim.streams import Streams

S = 1_000_000
COLUMNS = {"queued": "at", "duration": "ran", "label": "label", "tenant": "tenant", "pipeline": "run", "outcome": "how"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("traces")


@pytest.fixture(scope="module")
def replay(folder):
    """`replay(rows, …)`: the workload of (at, ran, label, tenant, run, how) rows, without the columns to leave out."""

    def build(rows, leave_out=(), tenants=("acme", "bolt"), jobs=None, **fields):
        path = folder / "trace.csv"
        lines = [",".join(COLUMNS[field] for field in COLUMNS), *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
        trace = {
            "file": str(path), "format": "csv", "times": "epoch_s", "duration_unit": "s",
            "columns": {field: name for field, name in COLUMNS.items() if field not in leave_out},
            "default": {"resources": {"cpu": 1000}}, "jobs": jobs or {},
        }  # fmt: skip
        pool = {"nodes": {"min": 1, "max": 1}, "capacity": {"cpu": 8000}}
        scenario = Scenario.model_validate(
            {
                "name": "replay", "workload": {"trace": trace}, "tenants": {name: {} for name in tenants},
                "fleet": {"providers": {"one": {"pools": {"linux": pool}}}}, **fields,
            }
        )  # fmt: skip
        return build_workload(scenario, Streams(1))

    return build


def plain(arrivals):
    return [
        (a.at_us, a.tenant, [job.name for job in a.spec.jobs], list(a.durations_us), list(a.outcomes)) for a in arrivals
    ]


ROWS = [
    (1700000100, 60, "test", "bolt", "r2", "failed"),
    (1700000000, 30, "build", "acme", "r1", "success"),
    (1700000100, 0, "build", "bolt", "r2", "cancelled"),
    (1700000050, 10, "test", "acme", "r1", "success"),
    (1700000100, 20, "test", "bolt", "r2", "success"),
]


def test_jobs_of_a_run_arrive_together_and_later_ones_when_they_were_queued(replay):
    assert plain(replay(ROWS).arrivals()) == [
        (0, "acme", ["build"], [30 * S], [SUCCEEDED]),
        (50 * S, "acme", ["test"], [10 * S], [SUCCEEDED]),
        (100 * S, "bolt", ["test", "build", "test-2"], [60 * S, 1, 20 * S], [FAILED, CANCELLED, SUCCEEDED]),
    ]


def test_jobs_without_a_run_arrive_alone(replay):
    arrivals = list(replay(ROWS, leave_out=("pipeline",)).arrivals())
    assert [a.at_us for a in arrivals] == [0, 50 * S, 100 * S, 100 * S, 100 * S]
    assert arrivals[1].spec is arrivals[2].spec
    mixed = [(1700000000, 1, "a", "acme", run, "ok") for run in ("", "r", "", "r")]
    assert [len(a.durations_us) for a in replay(mixed).arrivals()] == [1, 2, 1]


def test_arrivals_can_be_had_again_and_share_their_specs(replay):
    workload = replay(ROWS)
    first, second = list(workload.arrivals()), list(workload.arrivals())
    assert first == second
    assert all(one.spec is other.spec for one, other in zip(first, second, strict=True))


def test_names_stay_unique_whatever_labels_are_called(replay):
    labels = ["a", "a-2", "a", "a-2", "a", "a-3"]
    (arrival,) = replay([(1700000000, 1, label, "acme", "r", "ok") for label in labels]).arrivals()
    assert [job.label for job in arrival.spec.jobs] == labels
    assert len({job.name for job in arrival.spec.jobs}) == 6


def test_the_horizon_is_the_scenarios_or_just_after_the_last_arrival(replay):
    assert replay(ROWS).horizon_us == 100 * S + 1
    cut = replay(ROWS, horizon=100 * S)
    assert cut.horizon_us == 100 * S
    assert [a.at_us for a in cut.arrivals()] == [0, 50 * S]
    assert "3 jobs queued at or after the horizon: not replayed" in cut.reading.notes


def test_labels_get_their_class_and_the_others_the_default(replay):
    arrivals = replay(ROWS, jobs={"test": {"resources": {"cpu": 4000}, "runs_on": ["gpu"]}}).arrivals()
    asked = {job.label: (job.resources.cpu_millis, job.runs_on) for a in arrivals for job in a.spec.jobs}
    assert asked == {"build": (1000, ()), "test": (4000, ("gpu",))}


def test_tenants_that_the_scenario_does_not_have_are_named_together(replay):
    with pytest.raises(TraceError, match=r"tenants that the scenario does not have: bolt, acme.*allowed: .*zeta"):
        replay(ROWS, tenants=("zeta",))


def test_jobs_of_nobody_go_to_the_first_tenant_and_it_says_so(replay):
    workload = replay(ROWS, leave_out=("tenant",))
    assert {a.tenant for a in workload.arrivals()} == {"acme"}
    assert "5 jobs without a tenant: given to acme" in workload.reading.notes
    assert replay(ROWS, leave_out=("tenant",), tenants=("only",)).reading.notes == (
        "1 job recorded with a duration of 0: replayed as 1 µs",
    )


row = st.tuples(
    st.integers(1_700_000_000, 1_700_000_020), st.integers(0, 100), st.sampled_from(["a", "b", "a-2"]),
    st.sampled_from(["acme", "bolt"]), st.sampled_from(["", "r1", "r2", "r3"]), st.sampled_from(["ok", "failed"]),
)  # fmt: skip


@settings(max_examples=80)
@given(rows=st.lists(row, min_size=1, max_size=40))
def test_every_usable_job_is_replayed_once(replay, rows):
    workload = replay(rows)
    arrivals = list(workload.arrivals())
    assert all(one.at_us <= other.at_us for one, other in pairwise(arrivals))
    assert arrivals[0].at_us == 0
    first = min(at for at, *_ in rows)
    replayed = Counter(
        (a.at_us // S + first, duration, job.label, outcome)
        for a in arrivals
        for job, duration, outcome in zip(a.spec.jobs, a.durations_us, a.outcomes, strict=True)
    )
    recorded = Counter(
        (at, max(1, ran * S), label, FAILED if how == "failed" else SUCCEEDED) for at, ran, label, _, _, how in rows
    )
    assert replayed == recorded

"""Several schedulers over one fleet, in time: the shapes that their papers found, and every promise kept meanwhile."""

from typing import Any

import pytest

from reports.context_metrics import context_value
from scenarios.loader import resolve_policies
from scenarios.spec import Scenario
from scenarios.thresholds import parse_metric
from sim.results import RunResult
from sim.run import simulate

JOBS = {
    "build": {"resources": {"cpu": "2cpu", "memory": "4GiB"}, "duration": {"lognormal": {"median": "3m", "sigma": 0.7}},
              "count": 4},
    "test": {"resources": {"cpu": "1cpu", "memory": "2GiB"}, "duration": {"exponential": {"mean": "6m"}}, "count": 6,
             "needs": ["build"]},
}  # fmt: skip


def fleet(rate: str = "60/h", jobs: Any = None, nodes: Any = 16, **scheduling: Any) -> Scenario:
    """Two hours of four tenants on a fleet that is neither empty nor full."""
    pool = {"nodes": nodes, "capacity": {"cpu": "8cpu", "memory": "16GiB"}}
    return Scenario.model_validate({
        "name": "cell", "seed": 11, "horizon": "2h", "tenants": {name: {} for name in ("a", "b", "c", "d")},
        "workload": {"synthetic": {"pushes": {"rate": rate}, "jobs": jobs or JOBS}},
        "fleet": {"providers": {"p": {"pools": {"q": pool}}}},
        "scheduling": {"schedulers": 4, "offer_ttl": "10m"} | scheduling,
    })  # fmt: skip


def run(scenario: Scenario) -> RunResult:
    (policy,) = resolve_policies(scenario)
    return simulate(scenario, policy, check=True)


def column(result: RunResult, name: str, title: str = "Schedulers") -> dict[str, Any]:
    """Scheduler → figure."""
    (table,) = (one for one in result.contexts if one.title == title)
    at = [column for column, _ in table.columns].index(name)
    return {row[0]: row[at] for row in table.rows}


def lost(result: RunResult, what: str = "claims lost") -> float:
    """Over all schedulers."""
    shares, batches, jobs = (column(result, name) for name in (what, "batches", "jobs placed"))
    assert all(batches.values())
    weights = jobs if what == "claims lost" else batches
    return sum(shares[name] * weights[name] for name in shares) / sum(weights.values())


def asked(result: RunResult, name: str) -> Any:
    """A figure over all schedulers, as thresholds ask for it."""
    return context_value(parse_metric(f"coordination.all_schedulers.{name}"), result.contexts)


def mean_wait_s(result: RunResult, tenant: int) -> float:
    jobs = result.jobs
    rows = (jobs.tenant == tenant) & (jobs.started_us >= 0)
    return float((jobs.started_us - jobs.queued_us)[rows].mean()) / 1e6


SHARED = {"coordination": "shared-state", "batch": 6}


def test_conflicts_grow_with_decision_time() -> None:
    """Omega, EuroSys 2013, figure 8: the same arrivals, longer thoughts."""
    shares = [lost(run(fleet(**SHARED, decision={"per_job": thinks}))) for thinks in ("0s", "100ms", "1s", "5s")]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] > 5 * shares[1] > 0


def test_the_conflict_fraction_of_all_can_be_asked_for() -> None:
    """Conflicts for each commit, as the paper counts them: more with whole-or-nothing commits."""
    found = {}
    for commit in ("incremental", "gang"):
        result = run(fleet(**SHARED, decision={"per_job": "5s"}, commit=commit))
        shares = column(result, "claims lost").values()
        of_all = asked(result, "claims_lost")
        assert min(shares) <= of_all <= max(shares)
        found[commit] = asked(result, "conflicts_a_commit")
    assert found["gang"] > found["incremental"] > 0


def test_conflicts_grow_with_load() -> None:
    """Omega, EuroSys 2013, figure 9."""
    shares = [lost(run(fleet(rate, **SHARED, decision={"per_job": "3s"}))) for rate in ("20/h", "60/h", "100/h")]
    assert shares == sorted(shares) and shares[-1] > 2 * shares[0] > 0


@pytest.mark.parametrize("thinks", ["500ms", "2s", "5s"])
def test_whole_or_nothing_commits_lose_more(thinks: str) -> None:
    """Omega, EuroSys 2013, figure 14: gang against incremental; the same arrivals."""
    gang, incremental = (
        run(fleet(**SHARED, decision={"per_job": thinks}, commit=commit)) for commit in ("gang", "incremental")
    )
    assert lost(gang) > lost(incremental)
    assert sum(column(gang, "busy").values()) > sum(column(incremental, "busy").values())


def test_any_change_of_a_node_is_a_conflict_where_detection_is_coarse() -> None:
    fine, coarse = (
        run(fleet(**SHARED, decision={"per_job": "1s"}, conflicts=conflicts)) for conflicts in ("fine", "coarse")
    )
    assert lost(coarse) > lost(fine)


def test_what_a_scheduler_sees_is_as_old_as_its_snapshot_may_be() -> None:
    fresh, old = (run(fleet(**SHARED, snapshot={"refresh": refresh})) for refresh in ("0s", "30s"))
    assert set(column(fresh, "how old, at most").values()) == {0}
    assert 0 < max(column(old, "how old, at most").values()) <= 30_000_000
    assert lost(old) > lost(fresh) == 0


def two_level(thinks: str, **scheduling: Any) -> RunResult:
    """Tenant a has a quick scheduler, d one that thinks as said."""
    schedulers = {
        "quick": {"tenants": ["a", "b", "c"], "decision": {"per_job": "10ms"}},
        "slow": {"tenants": ["d"], "decision": {"per_job": thinks}},
    }
    return run(fleet(**{"coordination": "two-level", "schedulers": schedulers} | scheduling))


def test_a_slow_scheduler_locks_others_out_of_what_it_holds() -> None:
    """Omega, EuroSys 2013, section 4.2, of Mesos."""
    waits = [mean_wait_s(two_level(thinks), 0) for thinks in ("10ms", "5s", "20s")]
    assert waits == sorted(waits) and waits[-1] > 10 * waits[0]
    shared = mean_wait_s(two_level("20s", coordination="shared-state"), 0)
    assert waits[-1] > 10 * shared


def test_what_expires_sooner_locks_out_less() -> None:
    long, short = (two_level("20s", offer_ttl=ttl) for ttl in ("10m", "1m"))
    assert mean_wait_s(short, 0) < mean_wait_s(long, 0)
    assert column(short, "expired", "Offers to schedulers")["slow"] > 0


def test_slices_of_nodes_leave_something_for_others() -> None:
    part = {"cpu": "2cpu", "memory": "4GiB"}
    assert mean_wait_s(two_level("20s", slice=part), 0) < mean_wait_s(two_level("20s"), 0) / 5


@pytest.mark.parametrize("model", ["two-level", "shared-state", "partitioned"])
@pytest.mark.parametrize("how", [
    {"decision": {"per_job": "2s"}},
    {"decision": {"per_job": "1s", "per_task": "1s"}, "batch": 4, "commit": "gang"},
    {"nodes": {"min": 4, "max": 20, "idle_timeout": "3m"}, "decision": {"per_job": "500ms"}},
    {"turn": "round-robin", "conflicts": "coarse", "batch": 3, "snapshot": {"refresh": "20s"}},
    {"claim_lease": "1s", "decision": {"per_job": "900ms"}},
    {"ordering": "sjf", "allocator": "fifo", "placement": "spread", "decision": {"per_job": "1s"}},
])  # fmt: skip
def test_no_job_is_lost_and_no_promise_broken(model: str, how: dict[str, Any]) -> None:
    result = run(fleet(coordination=model, **how))
    jobs = result.jobs
    assert len(jobs) == result.work["jobs_submitted"] > 500
    assert (jobs.started_us >= 0).all()
    assert sum(column(result, "jobs placed").values()) == len(jobs)


@pytest.mark.parametrize("model", ["two-level", "shared-state", "partitioned"])
def test_the_same_seed_is_the_same_run(model: str) -> None:
    one, two = (run(fleet(coordination=model, decision={"per_job": "1s"})) for _ in range(2))
    assert one.digest == two.digest


@pytest.mark.parametrize("model", ["partitioned", "shared-state"])
def test_one_scheduler_of_a_model_places_all_as_the_monolithic_one(model: str) -> None:
    alone, monolithic = (run(fleet(coordination=name, schedulers=1)) for name in (model, "monolithic"))
    for field in ("job", "node", "assigned_us"):
        assert (getattr(alone.jobs, field) == getattr(monolithic.jobs, field)).all()


LOOKING: list[dict[str, Any]] = [
    {"placement": "random"},
    {"placement": "power-of-two"},
    {"placement": "next-fit"},
    {"sampling": {"percent": 20, "at_least": 2}},
    {"placement": "spread", "sampling": {"percent": 0, "at_least": 3, "order": "random"}},
]


@pytest.mark.parametrize("looking", LOOKING, ids=str)
def test_so_does_one_that_looks_at_few_nodes_or_one_by_one(looking: dict[str, Any]) -> None:
    shared, monolithic = (
        run(fleet(coordination=name, schedulers=1, **looking)) for name in ("shared-state", "monolithic")
    )
    for field in ("job", "node", "assigned_us"):
        assert (getattr(shared.jobs, field) == getattr(monolithic.jobs, field)).all()
    assert shared.work["node_scores"] > 0


def test_schedulers_that_draw_nodes_are_less_in_each_others_way_than_those_that_agree_on_the_best() -> None:
    """Each draws for itself; with best fit all plan on the same node."""
    agreed, drawn = (
        run(fleet(**SHARED, decision={"per_job": "1s"}, placement=placement)) for placement in ("best-fit", "random")
    )
    assert lost(drawn) < lost(agreed)


def test_a_measured_decision_time_keeps_schedulers_busy_and_is_flagged() -> None:
    result = run(fleet(coordination="partitioned", decision={"measured": 10}))
    assert min(column(result, "busy").values()) > 0
    (table,) = (one for one in result.contexts if one.title == "Schedulers")
    assert "no other run will have the same figures" in table.note
    from reports.summary import summarise

    assert any("Not reproducible" in words for words in summarise(result).warnings)


def test_the_monolithic_scheduler_stands_beside_the_others_where_they_are_compared() -> None:
    scenario = fleet(decision={"per_job": "1s"}).model_dump()
    scenario["policies"] = {"one": {"coordination": "monolithic", "schedulers": 1}, "four": SHARED}
    compared = Scenario.model_validate(scenario)
    busy = {name: column(simulate(compared, name), "busy") for name in ("one", "four")}
    assert list(busy["one"]) == ["scheduler 1"] and len(busy["four"]) == 4
    assert busy["one"]["scheduler 1"] > max(busy["four"].values()) > 0

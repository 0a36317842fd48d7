"""Scenarios whose schedulers contradict themselves are refused, with the field, what was found and what is allowed."""

from typing import Any

import pytest
import yaml

from scenarios.loader import load_scenario, resolve_policies
from scenarios.problems import ScenarioError
from scenarios.schedulers import coordination_of


def scenario_file(tmp_path: Any, scheduling: dict[str, Any], **top: Any) -> Any:
    scenario = {
        "name": "x", "horizon": "1h", "tenants": {"a": {}, "b": {}},
        "workload": {"synthetic": {"pushes": {"rate": "1/h"}, "jobs": {"j": {
            "resources": {"cpu": "1cpu"}, "duration": "1m"}}}},
        "fleet": {"providers": {"own": {"pools": {"p": {"nodes": 4, "capacity": {"cpu": "4cpu"}}}}}},
        "scheduling": scheduling, **top,
    }  # fmt: skip
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(scenario))
    return path


def problems(tmp_path: Any, scheduling: dict[str, Any], **top: Any) -> list[str]:
    try:
        load_scenario(scenario_file(tmp_path, scheduling, **top))
    except ScenarioError as error:
        return [f"{'.'.join(map(str, one.path))}: {one.found}, allowed: {one.allowed}" for one in error.problems]
    return []


SHARED: dict[str, Any] = {"coordination": "shared-state", "schedulers": 2}


@pytest.mark.parametrize(("scheduling", "said"), [
    ({"schedulers": 2}, "scheduling.schedulers: 2, allowed: 1 with coordination: monolithic"),
    (SHARED | {"schedulers": 3}, "scheduling.schedulers: 3, allowed: at most 2, one for each tenant"),
    (SHARED | {"schedulers": {"one": {"tenants": ["a"]}}}, "nobody who decides for b"),
    (SHARED | {"schedulers": {"one": {"tenants": ["a", "b"]}, "two": {"tenants": ["b"]}}}, "one does not decide for"),
    (SHARED | {"schedulers": {"one": {"tenants": ["a", "c"]}, "two": {"tenants": ["b"]}}}, 'no tenant "c"'),
    ({"coordination": "partitioned", "snapshot": {"refresh": "1m"}}, "only with coordination: shared-state"),
    (SHARED | {"turn": "drf"}, "scheduling.turn: given, allowed: only with coordination: two-level"),
    ({"batch": 4}, "scheduling.batch: given, allowed: only with several schedulers"),
    (SHARED | {"decision": {"per_job": "10s"}, "batch": 3}, "scheduling.decision: 30s to decide on a batch"),
    (SHARED | {"decision": {"per_job": "1s"}, "claim_lease": "1s"}, "less than offers and claims stand, which is 1s"),
    ({"decision": {"per_job": "1s"}, "decision_time": "1s"}, "one of the two: they say the same"),
    ({"decision": {"measured": 2}}, "scheduling.decision.measured: given, allowed: only with several schedulers"),
    (SHARED | {"schedulers": {"one": {"tenants": ["a", "b"], "decision": {"measured": 2}}}}, "for all its schedulers"),
    ({"coordination": "partitioned", "sampling": {"percent": 50}}, "monolithic or shared-state with sampling"),
    ({"coordination": "two-level", "placement": "random"}, "monolithic or shared-state with placement: random"),
    (SHARED | {"placement": "pack-by-departure"}, "monolithic with placement: pack-by-departure"),
    (SHARED | {"placement": "cache-affinity"}, "monolithic with placement: cache-affinity"),
    (SHARED | {"backfill": "easy"}, "monolithic with backfill"),
])  # fmt: skip
def test_what_contradicts_itself_is_refused(tmp_path: Any, scheduling: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, scheduling))


def test_a_partition_needs_a_node_of_every_pool_for_each_scheduler(tmp_path: Any) -> None:
    few = {"providers": {"own": {"pools": {"p": {"nodes": 1, "capacity": {"cpu": "4cpu"}}}}}}
    found = problems(tmp_path, {"coordination": "partitioned", "schedulers": 2}, fleet=few)
    assert any("nodes.max: 1, allowed: at least 2, a node for each scheduler" in problem for problem in found)


def test_guarantees_and_rules_about_neighbours_take_one_scheduler(tmp_path: Any) -> None:
    tenants = {"a": {"quota": {"guarantee": {"cpu": "1cpu"}}}, "b": {}}
    found = problems(tmp_path, SHARED, tenants=tenants)
    assert any("monolithic where tenants have guarantees of quotas" in problem for problem in found)


def test_a_policy_is_judged_as_it_comes_out(tmp_path: Any) -> None:
    """`scheduling` says what is meant for some policies only; each policy is sound by itself."""
    base = {"schedulers": 2, "decision": {"per_job": "1s"}, "snapshot": {"refresh": "1m"}}
    policies = {"one": {"coordination": "monolithic", "schedulers": 1}, "two": {"coordination": "shared-state"}}
    assert problems(tmp_path, base, policies=policies) == []
    broken = policies | {"three": {"coordination": "two-level", "schedulers": 5}}
    assert any("policies.three.schedulers: 5" in one for one in problems(tmp_path, base, policies=broken))


def test_schedulers_take_tenants_in_turn_or_as_they_are_named(tmp_path: Any) -> None:
    named = {"quick": {"tenants": ["b"], "decision": {"per_job": "10ms"}}, "slow": {"tenants": ["a"]}}
    policies = {"counted": SHARED, "named": SHARED | {"schedulers": named}}
    scenario = load_scenario(scenario_file(tmp_path, {"decision": {"per_job": "2s"}}, policies=policies))
    resolved = resolve_policies(scenario)
    counted, by_name = (coordination_of(scenario, resolved[name]).desks for name in ("counted", "named"))
    assert [(one.name, one.tenants, one.per_job_us) for one in counted] == [
        ("scheduler 1", (0,), 2_000_000), ("scheduler 2", (1,), 2_000_000),
    ]  # fmt: skip
    assert [(one.name, one.tenants, one.per_job_us) for one in by_name] == [
        ("quick", (1,), 10_000), ("slow", (0,), 2_000_000),
    ]  # fmt: skip

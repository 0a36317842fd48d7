"""Scenarios whose machines, workers or faults contradict themselves are refused, with the field and what is allowed."""

from typing import Any

import pytest
import yaml

from scenarios.loader import load_scenario
from scenarios.problems import ScenarioError

POOL: dict[str, Any] = {"nodes": {"min": 0, "max": 5}, "capacity": {"cpu": "4cpu"}}


def problems(tmp_path, pool: dict[str, Any] | None = None, **top: Any) -> list[str]:
    """What is wrong with a scenario of one pool, `path: found, allowed: …`."""
    scenario = {
        "name": "x", "horizon": "1h",
        "workload": {"synthetic": {"pushes": {"rate": "1/h"}, "jobs": {"a": {
            "resources": {"cpu": "1cpu"}, "duration": "1m"}}}},
        "fleet": {"providers": {"cloud": {"pools": {"p": POOL | (pool or {})}}}},
        **top,
    }  # fmt: skip
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(scenario))
    try:
        load_scenario(path)
    except ScenarioError as error:
        return [f"{'.'.join(map(str, one.path))}: {one.found}, allowed: {one.allowed}" for one in error.problems]
    return []


@pytest.mark.parametrize(("pool", "said"), [
    ({"runner": "linux-4c"}, 'runner: "linux-4c", allowed: only with kind: hosted-runner'),
    ({"kind": "container", "instance": "m6i.xlarge"}, 'instance: "m6i.xlarge", allowed: only with kind: vm'),
    ({"kind": "vm", "on_demand_price": "$1/h"}, "on_demand_price: a price, allowed: only with market: spot"),
    ({"market": "spot", "price": "$2/h", "on_demand_price": "$1/h"}, "on_demand_price: a lower price"),
    ({"scaling": {"by": "queue-length"}}, "scaling.jobs_per_machine: nothing, allowed: a value"),
    ({"scaling": {"by": "utilisation"}}, "scaling.target: nothing"),
    ({"scaling": {"by": "schedule"}}, "scaling.by_hour: nothing"),
    ({"scaling": {"target": 0.5}}, "scaling.target: a value, allowed: only with by: utilisation"),
    ({"scaling": {"scale_down": {"kills_busy": True}}}, "scale_down.kills_busy: true, allowed: only with by:"),
    ({"scaling": {"lag": "1m"}}, "scaling.lag: 1m, allowed: only with poll"),
    ({"nodes": 3, "warm": 1}, "warm: a mapping, allowed: only where nodes.max is more"),
    ({"nodes": 3, "scaling": {"poll": "1m"}}, "scaling: a mapping, allowed: only where nodes.max is more"),
    ({"warm": {"machines": 1, "by_hour": [1] * 24}}, "warm: machines and by_hour, allowed: one of them"),
    ({"workers": {"max_lifetime": "1h"}}, "workers.max_lifetime: 1h, allowed: with kind: reusable only"),
    ({"workers": {"kind": "reusable", "time_to_live": "1h"}}, "workers.time_to_live: 1h, allowed: with kind: ephem"),
    ({"workers": {"lease": "15s"}}, "workers.lease: 15s, allowed: more than heartbeat, which is 15s"),
    ({"kind": "pony"}, "kind: pony, allowed: container or kubernetes-pod"),
    ({"stopped": {"machines": 2, "start": {"uniform": {"low": "2s", "high": "1s"}}}}, "stopped.start.uniform.low: 2s"),
])  # fmt: skip
def test_a_pool_that_contradicts_itself_is_refused(tmp_path, pool, said) -> None:
    (found,) = problems(tmp_path, pool)
    assert said in found
    assert found.startswith("fleet.providers.cloud.pools.p.")


SLOW = {"provider": "cloud", "pool": "p", "at": "1h", "lasts": "1h", "taint": "slow:NoSchedule"}


@pytest.mark.parametrize(("faults", "said"), [
    ({"spot": {"preset": "calm"}}, "faults.spot: no pool of market: spot, allowed: at least one"),
    ({"outages": [{"provider": "clowd", "at": "1h", "lasts": "1m"}]}, 'faults.outages.0.provider: no provider "clowd"'),
    ({"outages": [{"provider": "cloud", "at": "1h"}]}, "faults.outages.0.lasts: nothing"),
    ({"outages": [{"provider": "cloud", "at": "1h", "lasts": "1m", "kind": "disabled"}]}, "outages.0.lasts: 1m"),
    ({"boots": {"fail": 1}}, "faults.boots.fail: 1, allowed: less than 1"),
    ({"api_errors": 1}, "faults.api_errors: 1, allowed: less than 1"),
    ({"workers": {"start_failure": 1}}, "faults.workers.start_failure: 1, allowed: less than 1"),
    ({"maintenance": {"every": "1h", "lasts": "50m"}}, "maintenance.every: 1h, allowed: more than grace and lasts"),
    ({"api_errors": 1.5}, "faults.api_errors"),
    ({"taints": [SLOW | {"provider": "clowd"}]}, 'faults.taints.0.provider: no provider "clowd", allowed: cloud'),
    ({"taints": [SLOW | {"pool": "q"}]}, 'faults.taints.0.pool: cloud has no pool "q", allowed: p'),
    ({"taints": [SLOW | {"taint": "slow"}]}, "faults.taints.0.taint"),
    ({"taints": [SLOW, SLOW | {"at": "90m"}]}, "faults.taints.1.at: 1h30m, allowed: 2h or later"),
    ({"taints": [SLOW | {"at": "90m"}, SLOW]}, "faults.taints.0.at: 1h30m, allowed: 2h or later"),
    ({"crashes": {"rate": "0/h"}}, "faults.crashes.rate"),
])  # fmt: skip
def test_faults_that_cannot_be_are_refused(tmp_path, faults, said) -> None:
    (found,) = problems(tmp_path, faults=faults)
    assert said in found


def test_a_pool_is_not_tainted_for_a_while_with_what_it_always_is(tmp_path) -> None:
    (found,) = problems(tmp_path, {"taints": ["slow=x:PreferNoSchedule"]}, faults={"taints": [SLOW]})
    assert "faults.taints.0.taint: " in found
    others = {"taints": [SLOW, SLOW | {"at": "2h"}, SLOW | {"taint": "old:NoExecute"}]}
    assert problems(tmp_path, faults=others) == []


def test_spot_needs_exactly_one_of_a_preset_and_a_rate(tmp_path) -> None:
    spot = POOL | {"market": "spot"}
    for fields in ({}, {"preset": "calm", "rate": "1/h"}):
        assert "exactly one of preset and rate" in problems(tmp_path, spot, faults={"spot": fields})[0]
    assert problems(tmp_path, spot, faults={"spot": {"preset": "stress"}}) == []


def test_a_hosted_runner_needs_neither_price_nor_capacity(tmp_path) -> None:
    pool = {"kind": "hosted-runner", "runner": "linux-4c", "nodes": {"min": 0, "max": 20}}
    fleet = {"providers": {"github": {"endpoint": {"rate_limit": {"calls": 1500, "per": "5m"}}, "pools": {"p": pool}}}}
    assert problems(tmp_path, fleet=fleet) == []


def test_pools_that_follow_demand_together_look_at_it_together(tmp_path) -> None:
    pools = {"a": POOL | {"scaling": {"poll": "1m"}}, "b": POOL}
    (found,) = problems(tmp_path, fleet={"providers": {"cloud": {"pools": pools}}})
    assert found.startswith("fleet.providers.cloud.pools.b.scaling: ")
    assert "the poll and lag of cloud.a" in found

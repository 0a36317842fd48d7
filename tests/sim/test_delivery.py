"""Messages between contexts may come twice or late: every promise holds, and duplicates alone change no job."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.contracts.orchestration import JobEnded, JobQueued, PipelineEnded
from domain.contracts.scheduling import NodeGone
from domain.contracts.workers import MachineReady
from domain.shared.events import Event
from domain.shared.ids import JobId, NodeId, PipelineId
from scenarios.loader import load_scenario, resolve_policies
from scenarios.spec import Scenario
from scenarios.spec_delivery import Delivery
from sim.delivery import FaultyDelivery, crosses_to
from sim.engine import Engine
from sim.results import RunResult
from sim.run import simulate
from sim.streams import Streams
from tests.sim.conftest import ELASTIC, JOBS, POOL

Make = Callable[..., Scenario]
TWICE = {"duplicate": "40%"}
TWICE_LATER = TWICE | {"delay": {"uniform": {"low": "0s", "high": "3m"}}}
LATE = {"reorder": "30%", "delay": {"uniform": {"low": "0s", "high": "1m"}}}
BOTH = LATE | {"duplicate": "30%", "delay": {"exponential": {"mean": "45s"}}}
TROUBLE = {
    "crashes": {"rate": "1/h", "comes_back": "2m"},
    "workers": {"crash": "0.5/h", "start_failure": 0.05},
    "boots": {"fail": 0.05, "slow": 0.1},
}
ACL = "domain.acl.orchestration_to_scheduling"


def run(scenario: Scenario) -> RunResult:
    (policy,) = resolve_policies(scenario)
    return simulate(scenario, policy, check=True)


def same_jobs(one: RunResult, other: RunResult) -> bool:
    return all(np.array_equal(getattr(one.jobs, name), getattr(other.jobs, name)) for name in one.jobs.__slots__)


@pytest.mark.parametrize("pool", [POOL, ELASTIC], ids=["fixed", "elastic"])
@pytest.mark.parametrize("faults", [{}, TROUBLE], ids=["calm", "trouble"])
def test_duplicates_change_no_job(scenario: Make, pool: dict[str, Any], faults: dict[str, Any]) -> None:
    clean = run(scenario(pool=pool, faults=faults or None))
    for delivery in (TWICE, TWICE_LATER):
        result = run(scenario(pool=pool, faults=faults | {"delivery": delivery}))
        assert result.work["messages_twice"] > 1000
        if faults and delivery is TWICE_LATER:  # a message that settles a race between machines may come anew
            assert len(result.jobs) == len(clean.jobs)
        else:
            assert same_jobs(result, clean)


@pytest.mark.parametrize("pool", [POOL, ELASTIC], ids=["fixed", "elastic"])
@pytest.mark.parametrize("faults", [{}, TROUBLE], ids=["calm", "trouble"])
@pytest.mark.parametrize("delivery", [LATE, BOTH], ids=["late", "both"])
def test_every_promise_holds_whatever_comes_late(
    scenario: Make, pool: dict[str, Any], faults: dict[str, Any], delivery: dict[str, Any]
) -> None:
    clean = run(scenario(pool=pool))
    result = run(scenario(pool=pool, faults=faults | {"delivery": delivery}))
    assert result.work["messages_late"] > 1000
    assert len(result.jobs) == len(clean.jobs), "every job ends, once"
    assert sorted(result.jobs.job) == sorted(clean.jobs.job)


@given(
    seed=st.integers(0, 10_000), duplicate=st.integers(0, 100), reorder=st.integers(0, 100),
    seconds=st.integers(0, 600), elastic=st.booleans(), decision=st.sampled_from(["0s", "500ms"]),
)  # fmt: skip
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_every_promise_holds_in_any_weather(
    seed: int, duplicate: int, reorder: int, seconds: int, elastic: bool, decision: str
) -> None:
    delay = {"uniform": {"low": "0s", "high": f"{seconds}s"}}
    made = Scenario.model_validate(
        {
            "name": "weather",
            "seed": seed,
            "horizon": "40m",
            "tenants": {"web": {"weight": 2}, "app": {}},
            "workload": {"synthetic": {"pushes": {"rate": "90/h"}, "jobs": JOBS}},
            "fleet": {"providers": {"cloud": {"pools": {"linux": ELASTIC if elastic else POOL}}}},
            "scheduling": {"decision_time": decision},
            "faults": TROUBLE | {"delivery": {"duplicate": f"{duplicate}%", "reorder": f"{reorder}%", "delay": delay}},
        }
    )
    result = run(made)
    assert len(result.jobs) == result.work["jobs_submitted"]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_promise_holds_where_every_context_is_at_work(seed: int) -> None:
    """The catalogue's `complete`: tokens, secrets, artifacts, caches and quotas hear late news, too."""
    weather = ("duplicate=20%", "reorder=20%", "delay.uniform.low=0s", "delay.uniform.high=2m")
    changes = (f"seed={seed}", "horizon=8h", "warm_up=0s", *(f"faults.delivery.{each}" for each in weather))
    scenario = load_scenario("complete", changes)
    result = simulate(scenario, next(iter(resolve_policies(scenario))), check=True)
    assert result.work["messages_late"] > 500
    assert {table.context for table in result.contexts} >= {"security", "artifacts", "telemetry"}


def test_the_same_seed_gives_the_same_weather(scenario: Make) -> None:
    one, two = (run(scenario(horizon="1h", faults={"delivery": BOTH})) for _ in range(2))
    assert one.digest == two.digest


def test_a_delivery_without_faults_is_no_delivery_at_all(scenario: Make) -> None:
    plain = run(scenario(horizon="1h"))
    assert run(scenario(horizon="1h", faults={"delivery": {}})).digest == plain.digest


# --- the channel itself ------------------------------------------------------------------------------------------


def queued(job: int, at_us: int = 0) -> Event:
    return JobQueued(at_us, JobId(job), PipelineId(1), "web", "test", None, (), 1, 0)  # type: ignore[arg-type]


def ended(job: int) -> Event:
    return JobEnded(0, JobId(job), PipelineId(1), "web", "test", "SUCCEEDED", 1)


def deliver(sent: list[Event], **faults: Any) -> list[Event]:
    """What a translation hears of events that are published one after the other, a second apart."""
    heard: list[Event] = []

    def handler(event: Event) -> None:
        heard.append(event)

    handler.__module__ = ACL
    engine = Engine()
    delivery = FaultyDelivery(Delivery.model_validate(faults), engine, Streams(1))
    translation = delivery(dict.fromkeys((JobQueued, JobEnded), handler))
    for second, event in enumerate(sent):
        engine.after(second * 1_000_000, lambda event: translation[type(event)](event), event)
    while engine.advance():
        pass
    return heard


DELAY = {"delay": {"uniform": {"low": "0s", "high": "30s"}}}


def test_nothing_is_lost_and_a_subject_keeps_its_order() -> None:
    sent = [make(job) for job in range(1, 40) for make in (queued, ended)]
    heard = deliver(sent, reorder="50%", **DELAY)
    key = [(type(event), event.job) for event in heard]  # type: ignore[attr-defined]
    assert sorted(key, key=repr) == sorted([(type(event), event.job) for event in sent], key=repr)  # type: ignore[attr-defined]
    assert key != [(type(event), event.job) for event in sent]  # type: ignore[attr-defined]
    assert all(key.index((JobQueued, job)) < key.index((JobEnded, job)) for job in range(1, 40))
    times = [event.at_us for event in heard if event.at_us]
    assert times == sorted(times), "what comes late has the time of its arrival"


def test_what_comes_twice_comes_once_more_after_the_first() -> None:
    sent = [queued(job) for job in range(1, 100)]
    heard = [event.job for event in deliver(sent, duplicate="100%", **DELAY)]  # type: ignore[attr-defined]
    assert sorted(heard) == sorted([*range(1, 100)] * 2)


def test_only_what_crosses_into_another_context_is_touched() -> None:
    def handler(event: Event) -> None: ...

    for module, kind, expected in (
        ("domain.acl.orchestration_to_scheduling", JobEnded, "scheduling"),
        ("domain.acl.orchestration_to_artifacts", PipelineEnded, "artifacts"),
        ("sim.processes.provisioning", NodeGone, "workers"),
        ("sim.processes.provisioning", MachineReady, ""),
        ("sim.recorder", JobEnded, ""),
    ):
        handler.__module__ = module
        assert crosses_to(kind, handler) == expected


def test_what_is_under_way_at_the_end_is_delivered() -> None:
    heard: list[int] = []

    def handler(event: NodeGone) -> None:
        heard.append(event.node)

    handler.__module__ = "domain.acl.scheduling_to_workers"
    delivery = FaultyDelivery(Delivery.model_validate({"reorder": "100%", "delay": "1h"}), Engine(), Streams(1))
    send = delivery({NodeGone: handler})[NodeGone]
    for node in (1, 2, 3):
        send(NodeGone(0, NodeId(node)))
    assert heard == []
    delivery.settle(5)
    assert heard == [1, 2, 3]

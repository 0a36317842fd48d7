"""What a pool gets by its kind, runner, instance and market; what it says itself always wins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workers.runtimes import ISOLATION
from scenarios.presets import INSTANCES, RUNNERS, presets
from scenarios.quantities import FROM_FILE
from scenarios.spec import Pool

BASE: dict[str, Any] = {"nodes": {"min": 0, "max": 5}}
SIZE: dict[str, Any] = {"capacity": {"cpu": "4cpu"}}


def pool(**fields: Any) -> Pool:
    return Pool.model_validate(BASE | fields, context=FROM_FILE)


@pytest.mark.parametrize("kind", sorted(presets()["kinds"]))
def test_every_kind_is_complete_by_itself_and_says_where_its_figures_are_from(kind: str) -> None:
    table = presets()["kinds"]
    assert kind in ISOLATION
    assert set(table) == set(ISOLATION)
    one = pool(kind=kind, **SIZE)
    assert one.kind == kind
    assert len(table[kind]["source"]) > 20
    assert str(presets()["dated"]).startswith("20")


def test_the_names_that_a_file_may_use_are_those_of_the_tables() -> None:
    assert set(RUNNERS) == set(presets()["runners"])
    assert set(INSTANCES) == set(presets()["instances"])


@pytest.mark.parametrize(("runner", "cents_a_minute", "cpus"), [
    ("linux-1c", 0.2, 1), ("linux-2c", 0.6, 2), ("linux-4c", 1.2, 4), ("linux-64c", 16.2, 64),
    ("linux-arm-2c", 0.5, 2), ("linux-arm-64c", 9.8, 64), ("windows-2c", 1.0, 2), ("windows-64c", 32.2, 64),
    ("macos-3c", 6.2, 3), ("macos-12c", 7.7, 12), ("linux-gpu-4c", 5.2, 4),
])  # fmt: skip
def test_a_hosted_runner_has_its_published_price_by_the_minute(runner: str, cents_a_minute: float, cpus: int) -> None:
    one = pool(kind="hosted-runner", runner=runner)
    assert one.price == round(cents_a_minute * 10_000 * 60)
    assert one.capacity.cpu == cpus * 1000
    assert (one.billing.by, one.billing.granularity, one.one_job) == ("job", 60_000_000, True)


def test_a_spot_machine_has_the_spot_price_and_remembers_the_other() -> None:
    one = pool(kind="vm", instance="m6i.xlarge", market="spot")
    assert (one.price, one.on_demand_price) == (77_000, 192_000)
    assert pool(kind="vm", instance="m6i.xlarge").price == 192_000


def test_a_mac_is_paid_for_a_day_at_least() -> None:
    one = pool(kind="bare-metal", price="$1/h", **SIZE)
    assert one.billing.minimum == 24 * 3_600_000_000


@given(st.sampled_from(sorted(ISOLATION)))
def test_what_a_pool_says_itself_wins_field_by_field(kind: str) -> None:
    one = pool(
        kind=kind, price="$3/h", node_boot="7s", billing={"minimum": "5m"}, workers={"start": "9s"},
        capacity={"cpu": "2cpu"},
    )  # fmt: skip
    assert (one.price, one.node_boot.constant, one.billing.minimum) == (3_000_000, 7_000_000, 300_000_000)
    assert (one.workers.start.constant, one.capacity.cpu) == (9_000_000, 2000)
    assert one.billing.by == ("job" if kind == "hosted-runner" else "node"), "the rest of the mapping stays"


def test_jobs_may_ask_for_or_avoid_a_kind_a_market_and_an_architecture() -> None:
    one = pool(kind="vm", instance="c7g.2xlarge", market="spot", attributes={"kind": "mine", "disk": "ssd"})
    assert one.attributes == {"kind": "mine", "disk": "ssd", "market": "spot", "arch": "arm64"}


def test_without_a_kind_nothing_is_filled_in() -> None:
    one = pool(**SIZE)
    assert one == Pool.model_validate({**BASE, **SIZE}, context=FROM_FILE)
    assert (one.price, one.node_boot.constant, one.one_job, one.stopped, one.attributes) == (0, 0, False, None, {})

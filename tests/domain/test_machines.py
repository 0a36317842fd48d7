"""Machines: what demand asks for, within the pools' and the provider's limits; every no is a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.workers import MachineOrdered, MachineReady, MachineReturned
from domain.shared.events import Event
from domain.shared.ids import NodeId
from domain.shared.lifecycle import IllegalMove
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand, machines_to_order

ASK = Resources(1000, 1024)
AMOUNTS = st.builds(Resources, *[st.integers(0, 6)] * 4)


def pool(name: str = "a", most: int | None = None, least: int = 0, each: int = 2, **changes) -> PoolSpec:
    """Machines that take `each` jobs of one ASK."""
    known = {"provider": "p", "capacity": ASK * each, "labels": ("linux",)}
    return PoolSpec(name=name, min_machines=least, max_machines=most, machine_idle_us=10, reusable_workers=False,
                    worker_idle_us=5, **known | changes)  # fmt: skip


def demand(jobs: int, resources: Resources = ASK, *runs_on: str) -> UnmetDemand:
    return UnmetDemand(resources, runs_on, jobs)


def to_order(*unmet: UnmetDemand, pools, ready=(), booting=(), quota_left=()) -> dict[str, int]:
    """`machines_to_order`, with counts given only where they are not 0."""

    def hosts(one: UnmetDemand) -> list[tuple[PoolSpec, int]]:
        each = ((at, at.jobs_per_machine(one.resources, one.runs_on)) for at in pools)
        return [(at, count) for at, count in each if count]

    none = dict.fromkeys((at.name for at in pools), 0)
    unlimited = {at.provider: None for at in pools}
    return machines_to_order(unmet, hosts, none | dict(ready), none | dict(booting), unlimited | dict(quota_left))


def a_fleet(*pools: PoolSpec, quota: int | None = None) -> tuple[Machines, list[Event]]:
    said: list[Event] = []
    return Machines(pools, [Provider(1, "p", quota)], said.append), said


# --- how many to order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unmet", "pools", "counts", "orders"), [
    ([], [pool()], {}, {}),
    ([demand(0)], [pool()], {}, {}),
    ([demand(1)], [pool()], {}, {"a": 1}),
    ([demand(5)], [pool()], {}, {"a": 3}),
    ([demand(5)], [pool()], {"booting": {"a": 2}}, {"a": 1}),
    ([demand(5)], [pool()], {"booting": {"a": 3}}, {}),
    ([demand(5)], [pool()], {"booting": {"a": 9}}, {}),
    ([demand(5)], [pool()], {"ready": {"a": 7}}, {"a": 3}),
    ([demand(5)], [pool(most=8)], {"ready": {"a": 7}}, {"a": 1}),
    ([demand(5)], [pool(most=8)], {"ready": {"a": 7}, "booting": {"a": 1}}, {}),
    ([demand(5)], [pool(most=7)], {"ready": {"a": 7}}, {}),
    ([demand(5)], [pool(most=2), pool("b", each=1)], {}, {"a": 2, "b": 1}),
    ([demand(5)], [pool(most=2), pool("b", each=4)], {"ready": {"a": 2}}, {"b": 2}),
    ([demand(9)], [pool(most=1), pool("b", 1), pool("c", 1)], {}, {"a": 1, "b": 1, "c": 1}),
    ([demand(2), demand(2)], [pool()], {}, {"a": 2}),
    ([demand(2), demand(2)], [pool(most=1), pool("b")], {}, {"a": 1, "b": 1}),
    ([demand(2, ASK, "gpu")], [pool(), pool("b", labels=("gpu", "linux"))], {}, {"b": 1}),
    ([demand(2, ASK, "arm")], [pool()], {}, {}),
    ([demand(2, ASK * 3)], [pool()], {}, {}),
    ([demand(2, ASK * 3)], [pool(), pool("b", each=5)], {}, {"b": 2}),
])  # fmt: skip
def test_what_is_ordered_for_what_waits(unmet, pools, counts, orders) -> None:
    assert to_order(*unmet, pools=pools, **counts) == orders


@given(
    jobs=st.lists(st.integers(0, 12), max_size=4),
    pools=st.lists(st.tuples(st.none() | st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=3),
    counts=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=3),
)
def test_asking_again_orders_nothing_more_and_no_pool_passes_its_maximum(jobs, pools, counts) -> None:
    """What was ordered is booting when demand is looked at next; what fits in no pool is not ordered for."""
    specs = [pool(f"p{at}", most, each=each) for at, (most, each) in enumerate(pools)]
    unmet = [demand(count) for count in jobs]
    ready = {one.name: min(count, one.max_machines or count) for one, (count, _) in zip(specs, counts, strict=False)}
    booting = {
        one.name: min(count, one.max_machines - ready[one.name] if one.max_machines is not None else count)
        for one, (_, count) in zip(specs, counts, strict=False)
    }
    booting = {name: max(count, 0) for name, count in booting.items()}
    orders = to_order(*unmet, pools=specs, ready=ready, booting=booting)
    assert all(count > 0 for count in orders.values())
    coming = {name: booting[name] + orders.get(name, 0) for name in booting}
    assert to_order(*unmet, pools=specs, ready=ready, booting=coming) == {}
    room = [one.max_machines is None or ready[one.name] + coming[one.name] < one.max_machines for one in specs]
    assert all(
        one.max_machines is None or ready[one.name] + coming[one.name] <= max(one.max_machines, ready[one.name])
        for one in specs
    )
    placeable = sum(coming[one.name] * one.jobs_per_machine(ASK, ()) for one in specs)
    assert placeable >= sum(jobs) or not any(room), "enough is coming, or no pool has room"


@given(have=AMOUNTS, ask=AMOUNTS)
def test_a_machine_takes_as_many_jobs_as_fit_together(have: Resources, ask: Resources) -> None:
    count = pool(capacity=have).jobs_per_machine(ask, ())
    if ask == Resources():
        assert count == 0, "a job that asks for nothing orders nothing"
    else:
        assert (ask * count).fits_in(have)
        assert not (ask * (count + 1)).fits_in(have)


@pytest.mark.parametrize(("runs_on", "count"), [((), 2), (("linux",), 2), (("linux", "x64"), 2), (("arm",), 0)])
def test_a_machine_takes_only_jobs_whose_labels_it_has(runs_on, count) -> None:
    assert pool(labels=("linux", "x64")).jobs_per_machine(ASK, runs_on) == count


# --- ordering, booting, returning ------------------------------------------------------------------------------------


def test_the_life_of_a_machine_in_full() -> None:
    fleet, said = a_fleet(pool())
    node = fleet.order(1, "a")
    assert (fleet.ready, fleet.booting) == ({"a": 0}, {"a": 1})
    fleet.booted(4, node)
    assert (fleet.ready, fleet.booting) == ({"a": 1}, {"a": 0})
    machine = fleet.live[node]
    fleet.took_job(5, node)
    fleet.took_job(5, node)
    fleet.lost_job(6, node)
    assert not fleet.may_return(machine), "one job is still there"
    fleet.lost_job(8, node)
    assert machine.idle_since_us == 8
    assert fleet.may_return(machine)
    fleet.returned(9, node)
    assert said == [
        MachineOrdered(1, 1, "p", "a", ASK * 2, ("linux",)), MachineReady(4, 1, "a"), MachineReturned(9, 1, "a"),
    ]  # fmt: skip
    assert (fleet.live, fleet.ready, fleet.booting) == ({}, {"a": 0}, {"a": 0})
    fleet.lost_job(9, node)  # late news of a machine that has gone
    assert not fleet.may_return(machine)


def test_a_refused_order_says_why_and_counts_nothing() -> None:
    fleet, said = a_fleet(pool(most=1), pool("b"), quota=2)
    assert fleet.order(0, "a") == 1
    assert fleet.order(0, "a") == Refused("pool-maximum", "a allows 1 machines")
    assert fleet.order(0, "b") == 2
    before = list(said)
    assert fleet.order(0, "b") == Refused("provider-quota", "p allows 2 machines")
    assert (said, fleet.booting) == (before, {"a": 1, "b": 1})
    fleet.returned(1, NodeId(2))
    assert fleet.order(1, "b") == 3, "given back even before it booted, and the refusals used up no number"


def test_following_demand_stops_at_the_quota() -> None:
    fleet, _ = a_fleet(pool(most=2), pool("b"), quota=3)
    for now in range(2):
        fleet.follow(now, [demand(100)])
        assert fleet.booting == {"a": 2, "b": 1}


def test_a_pool_of_fixed_size_is_never_ordered_for() -> None:
    fleet, said = a_fleet(pool(most=3, least=3), pool("b"))
    fleet.stand(0)
    del said[:]
    fleet.follow(0, [demand(2)])
    assert [event.pool for event in said] == ["b"]


@given(st.integers(0, 4), st.integers(0, 4))
def test_machines_go_only_down_to_the_minimum_of_their_pool(least: int, more: int) -> None:
    fleet, _ = a_fleet(pool(least=least), pool("other"))
    for name in ["a"] * (least + more) + ["other"]:
        fleet.booted(0, fleet.order(0, name))
    fleet.order(0, "a")  # one that still boots does not stand in for one that is ready
    for machine in [one for one in fleet.live.values() if one.pool.name == "a"]:
        if fleet.may_return(machine):
            fleet.returned(1, machine.id)
    assert fleet.ready == {"a": least, "other": 1}


# --- the provider ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moves", "serves"), [
    ([], True), (["degrade"], True), (["maintain"], False), (["disable"], False),
    (["maintain", "degrade"], True), (["maintain", "recover"], True), (["degrade", "recover"], True),
])  # fmt: skip
def test_a_provider_takes_orders_while_it_is_active_or_degraded(moves, serves) -> None:
    provider = Provider(1, "p", None)
    for move in moves:
        provider.move(move)
    refused = provider.order()
    assert refused == (None if serves else Refused("provider-unavailable", f"p is {provider.state}"))
    assert provider.machines == serves
    with pytest.raises(IllegalMove):
        provider.move("order")


@given(st.integers(0, 4), st.lists(st.booleans(), max_size=30))
def test_a_provider_never_has_more_out_than_its_quota(quota: int, orders: list[bool]) -> None:
    provider, out = Provider(1, "p", quota), 0
    for is_order in orders:
        if is_order:
            refused = provider.order()
            assert (refused is None) == (out < quota)
            out += refused is None
        elif out:
            provider.give_back()
            out -= 1
        assert provider.machines == out <= quota

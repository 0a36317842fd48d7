"""Whose turn it is: shares as the papers' examples have them, and nobody who waits for ever."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scheduling.policies import Standing
from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from domain.scheduling.turntaking.lottery import Tickets
from domain.shared.resources import Resources
from tests.domain.market import Market

ONE = Resources(1000)
CPU, GPU = Resources(1000), Resources(0, 0, 0, 1000)


def turns(market: Market, count: int) -> list[str]:
    """Who is served on a fleet of one place; the one before ends first."""
    served = []
    for _ in range(count):
        served += market.place()
        market.end()
    return served


def within(parent: str, *names: str) -> dict[str, Standing]:
    return {name: Standing(parent=parent) for name in names}


# --- examples from the papers -----------------------------------------------------------------------------------------


def test_weighted_drf_divides_each_share_by_the_weight_of_its_resource() -> None:
    """NSDI 2011, 4.3: A's weight is 2 for CPU, so with a demand for CPU only it holds twice as much as B."""
    market = Market("weighted-drf", Resources(9000, 900), [("A", 1), ("B", 1)], {"A": Standing(weights=(2, 1, 1, 1))})
    for _ in range(9):
        market.want("A", ONE)
        market.want("B", ONE)
    market.place()
    assert market.running() == {"A": 6, "B": 3}


def test_weighted_drf_with_one_weight_each_is_drf() -> None:
    def run(allocator: str) -> list[str]:
        market = Market(allocator, Resources(20_000, 20_000), [("A", 1), ("B", 3)])
        for _ in range(20):
            market.want("A", Resources(1000, 3000))
            market.want("B", Resources(2000, 500))
        return market.place()

    assert run("weighted-drf") == run("drf")


def test_complementary_siblings_do_not_starve_each_other() -> None:
    """SoCC 2013, section 4: n1 and n2,2 want GPUs, n2,1 CPUs; n2,1 may use all CPUs and n2 still gets half the GPUs.

    Also when the jobs end and begin again one by one: the naive way then hands all GPUs to n1.
    """
    tenants = [("n1", 1), ("n2", 1), ("n2,1", 1), ("n2,2", 1)]
    market = Market(
        "hierarchical-drf", Resources(10_000, 0, 0, 10_000), tenants, within("n2", "n2,1", "n2,2")
    )  # fmt: skip
    for _ in range(40):
        market.want("n1", GPU)
        market.want("n2,1", CPU)
        market.want("n2,2", GPU)
    market.place()
    assert market.running() == {"n1": 5, "n2,1": 10, "n2,2": 5}
    for tenant in ("n2,2", "n2,1", "n1") * 6:
        market.end(tenant)
        market.place()
    assert market.running() == {"n1": 5, "n2,1": 10, "n2,2": 5}


def test_a_blocked_sibling_does_not_give_its_branch_more() -> None:
    """SoCC 2013, section 4: with all CPUs taken by n1, n2 and n3,1, the GPUs are shared evenly by n3,2 and n4."""
    tenants = [("n1", 1), ("n2", 1), ("n3", 1), ("n3,1", 1), ("n3,2", 1), ("n4", 1)]
    market = Market(
        "hierarchical-drf", Resources(12_000, 0, 0, 12_000), tenants, within("n3", "n3,1", "n3,2")
    )  # fmt: skip
    for _ in range(30):
        for tenant, ask in (("n1", CPU), ("n2", CPU), ("n3,1", CPU), ("n3,2", GPU), ("n4", GPU)):
            market.want(tenant, ask)
    market.place()
    assert market.running() == {"n1": 4, "n2": 4, "n3,1": 4, "n3,2": 6, "n4": 6}


def test_weights_of_a_hierarchy_divide_each_level() -> None:
    """SoCC 2013, section 2: what a node does not use goes to its siblings, not to everybody."""
    tenants = [("eng", 1), ("eng-a", 1), ("eng-b", 1), ("sales", 1)]
    standing = within("eng", "eng-a", "eng-b")

    def run(*wanting: str) -> Counter:
        market = Market("hierarchical-drf", Resources(8000), tenants, standing)
        for _ in range(8):
            for tenant in wanting:
                market.want(tenant, ONE)
        market.place()
        return market.running()

    assert run("eng-a", "eng-b", "sales") == {"eng-a": 2, "eng-b": 2, "sales": 4}
    assert run("eng-a", "sales") == {"eng-a": 4, "sales": 4}, "the sibling's part stays in the family"
    assert run("eng", "eng-a", "sales") == {"eng": 2, "eng-a": 2, "sales": 4}, "a parent's own jobs are one child more"


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_a_flat_hierarchy_is_drf(wants) -> None:
    placed = []
    for allocator in ("drf", "hierarchical-drf"):
        market = Market(allocator, Resources(6000, 4000), [("a", 1), ("b", 2), ("c", 1)])
        for tenant in wants:
            market.want(tenant, {"a": Resources(1000), "b": Resources(500, 1000), "c": Resources(2000, 100)}[tenant])
        placed.append(market.place())
    assert placed[0] == placed[1]


# --- queues and guarantees --------------------------------------------------------------------------------------------


def test_capacity_serves_who_is_furthest_below_its_guarantee_first() -> None:
    own = {name: ResourceQuota(guarantee=(cpu, *(UNLIMITED,) * 4)) for name, cpu in (("a", 6000), ("b", 2000))}
    market = Market("capacity", Resources(12_000), [("a", 1), ("b", 1), ("c", 1)], quotas=own)
    for _ in range(10):
        for tenant in "cab":
            market.want(tenant, ONE)
    market.place()
    running = market.running()
    assert running["a"] >= 6
    assert running["b"] >= 2
    assert running == {"a": 8, "b": 3, "c": 1}, "what is left is lent by DRF, ties to the first"


def test_fewest_running_ignores_weights_and_breaks_ties_by_arrival() -> None:
    market = Market("fewest-running", Resources(7000), [("a", 1), ("b", 100), ("c", 1)])
    for tenant in "cccbbbaaa":
        market.want(tenant, ONE)
    assert market.place() == list("cbacbac")


# --- turns ------------------------------------------------------------------------------------------------------------


def test_round_robin_does_not_always_pick_the_first() -> None:
    """A defect of earlier designs."""
    market = Market("round-robin", ONE, [("a", 5), ("b", 1), ("c", 1)])
    for tenant in "abc":
        market.want(tenant, ONE, 4)
    assert turns(market, 9) == list("abcabcabc")


def test_the_finish_tag_remembers_the_flows_previous_finish() -> None:
    """A defect of earlier designs: without it every job starts at the virtual time, and long ones are free."""
    for allocator in ("wfq", "sfq"):
        market = Market(allocator, ONE, [("long", 1), ("short", 1)])
        market.want("long", ONE, 30, estimate_s=100)
        market.want("short", ONE, 300, estimate_s=10)
        served = Counter(turns(market, 110))
        assert served["short"] in range(95, 105), (allocator, served)


@pytest.mark.parametrize("allocator", ["wfq", "sfq", "stride", "lottery"])
def test_turns_follow_weights(allocator: str) -> None:
    market = Market(allocator, ONE, [("a", 1), ("b", 2), ("c", 4)])
    for tenant in "abc":
        market.want(tenant, ONE, 700)
    served = Counter(turns(market, 700))
    slack = 60 if allocator == "lottery" else 2
    assert all(abs(served[name] - 100 * weight) <= slack for name, weight in (("a", 1), ("b", 2), ("c", 4))), served


@pytest.mark.parametrize("allocator", ["wfq", "sfq", "stride"])
def test_who_was_away_saves_nothing_up(allocator: str) -> None:
    market = Market(allocator, ONE, [("here", 1), ("away", 1)])
    market.want("here", ONE, 100)
    market.want("away", ONE)
    turns(market, 50)
    market.want("away", ONE, 50)
    assert Counter(turns(market, 20))["here"] >= 9


@given(st.integers(1, 20), st.data())
def test_a_ticket_has_one_holder(size: int, data) -> None:
    drum, held = Tickets(size), [0] * size
    for holder, tickets in data.draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, 5)), max_size=40)):
        drum.put(holder, tickets)
        held[holder] = tickets
    assert drum.all == sum(held)
    assert [drum.holder(ticket) for ticket in range(drum.all)] == [
        holder for holder, tickets in enumerate(held) for _ in range(tickets)
    ]


def test_the_lottery_is_drawn_from_what_it_is_given() -> None:
    first, last = 0, (1 << 63) - 1
    draws = iter([first, last, last, last, first, last, 1 << 61, last])  # every second finds no place left
    market = Market("lottery", ONE, [("a", 1), ("b", 3)], draws=draws.__next__)
    market.want("a", ONE, 3)
    market.want("b", ONE, 3)
    assert turns(market, 4) == ["a", "b", "a", "b"]


# --- priority and ageing ----------------------------------------------------------------------------------------------


def test_strict_priority_is_strict() -> None:
    market = Market("priority", ONE, [("low", 1), ("high", 1)], {"high": Standing(priority=1)})
    market.want("low", ONE)
    for _ in range(50):
        market.want("high", ONE)
        assert turns(market, 1) == ["high"]


def test_waiting_the_ageing_counts_as_one_step() -> None:
    market = Market(
        "priority", ONE, [("low", 1), ("high", 1)], {"high": Standing(priority=2)}, ageing_us=10_000_000
    )  # fmt: skip
    market.want("low", ONE)
    served = []
    for _ in range(40):
        market.want("high", ONE)
        served += turns(market, 1)
    assert served.index("low") in range(19, 23), "two steps of ten seconds"


STEP = st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 50))  # who, how many CPUs, for how long


@pytest.mark.parametrize("allocator", ["priority", "round-robin", "wfq", "sfq", "stride", "fewest-running"])
@given(storm=st.lists(STEP, min_size=1, max_size=6), weights=st.tuples(*[st.integers(1, 20)] * 4),
       ageing_s=st.integers(1, 9))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_nobody_starves_whatever_the_others_do(allocator: str, storm, weights, ageing_s: int) -> None:
    """The victim waits for one job, with the lowest priority and weight; others push what they like, for ever."""
    tenants = [*zip("abcd", weights, strict=True), ("victim", 1)]
    standing = {name: Standing(priority=number) for number, (name, _) in enumerate(tenants[:-1])}
    market = Market(allocator, Resources(3000), tenants, standing, ageing_us=ageing_s * 1_000_000)
    market.want("victim", ONE, estimate_s=1)
    bound = 4 * ageing_s + 4 * 20 + 20
    for _ in range(bound // len(storm) + 1):
        for tenant, cpus, estimate_s in storm:
            market.want("abcd"[tenant], Resources(cpus * 1000), estimate_s=estimate_s)
            market.place()
            if market.running()["victim"]:
                return
            while market.scheduler.assignments:
                market.end()
    pytest.fail("the victim never ran")

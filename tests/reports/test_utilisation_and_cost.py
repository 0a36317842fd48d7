"""Busy, boot and idle sum to the whole, in CPU time and in money, whatever the run did."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.workers.billing import charge_udollars
from reports.columns import apportion, product_sums_by
from reports.cost import cost
from reports.utilisation import utilisation

S, HOUR = 1_000_000, 3_600_000_000
LIFETIMES = st.tuples(st.integers(0, 300), st.integers(0, 60), st.integers(1, 300), st.booleans())
MOMENTS = st.integers(0, 200)
JOBS = st.tuples(st.integers(0, 300), st.integers(0, 30), st.integers(0, 100), st.integers(0, 5), st.booleans())


def test_utilisation_by_hand(make) -> None:
    """One 4-CPU node ordered at 10 s, ready at 20 s, gone at 90 s; window 0 to 100 s."""
    job = {"queued_us": 0, "assigned_us": 30 * S, "started_us": 35 * S, "finished_us": 60 * S, "cpu_millis": 2000}
    use = utilisation(make([job], [(0, 10 * S, 20 * S, 90 * S)]))
    assert use.cpu_us.busy == 25 * S * 2000
    assert use.cpu_us.boot == 10 * S * 4000 + 5 * S * 2000
    assert use.cpu_us.total == 80 * S * 4000
    assert use.memory_us.busy == 25 * S * 1024
    assert use.by_pool["linux"].nodes == 1


def test_time_outside_the_window_does_not_count(make) -> None:
    job = {"queued_us": 0, "assigned_us": 0, "started_us": 0, "finished_us": 100 * S, "cpu_millis": 4000}
    use = utilisation(make([job], warm_up_us=40 * S, horizon_us=50 * S))
    assert (use.cpu_us.busy, use.cpu_us.boot, use.cpu_us.idle) == (10 * S * 4000, 0, 0)


def test_a_node_that_never_got_ready_boots_all_its_life(make) -> None:
    use = utilisation(make(nodes=[(0, 0, -1, 30 * S)]))
    assert (use.cpu_us.boot, use.cpu_us.idle) == (30 * S * 4000, 0)


def test_a_job_cancelled_while_its_worker_starts_is_boot(make) -> None:
    job = {"started_us": -1, "assigned_us": 10 * S, "finished_us": 14 * S, "outcome": "CANCELLED"}
    assert utilisation(make([job])).cpu_us.boot == 4 * S * 1000


@given(
    st.lists(LIFETIMES, min_size=1, max_size=6), st.lists(JOBS, max_size=12), st.integers(0, 200), st.integers(1, 200)
)
def test_three_parts_sum_to_the_whole_and_none_is_negative(make, make_pool, lives, jobs, warm_up, length) -> None:
    """Each job sits on a node of its own size while that node is ready, so nothing is used twice."""
    nodes, rows = [], []
    for ordered, boot, life, stays in lives:
        nodes.append((0, ordered, ordered + boot, -1 if stays else ordered + boot + life))
    busy_until = [node[2] for node in nodes]
    for i, (_, start, run, which, starts) in enumerate(jobs):
        node = which % len(nodes)
        assigned = busy_until[node]
        end = assigned + start + run if starts else assigned + start
        if nodes[node][3] >= 0 and end > nodes[node][3]:
            continue
        busy_until[node] = end
        rows.append({
            "queued_us": 0, "assigned_us": assigned, "started_us": assigned + start if starts else -1,
            "finished_us": end, "cpu_millis": 4000, "memory_mib": 8192, "tenant": i % 2, "label": i % 3,
        })  # fmt: skip
    for billed_by in ("node", "job"):
        pools = (make_pool(price_udollars_per_hour=7 * HOUR // 1000, billed_by=billed_by, granularity_us=10),)
        result = make(
            rows, nodes, pools=pools, tenants=("a", "b"), labels=("x", "y", "z"),
            warm_up_us=warm_up, horizon_us=warm_up + length,
        )  # fmt: skip
        use = utilisation(result)
        exists = sum(
            max(0, min(gone if gone >= 0 else 10**9, warm_up + length) - max(ordered, warm_up))
            for _, ordered, _, gone in nodes
        )
        assert use.cpu_us.total == exists * 4000
        assert use.memory_us.total == exists * 8192
        assert min(use.cpu_us.busy, use.cpu_us.boot, use.cpu_us.idle) >= 0
        spent = cost(result, use)
        assert sum(spent.by_tenant.values()) == sum(spent.by_label.values()) == spent.udollars.busy
        assert min(spent.udollars.busy, spent.udollars.boot, spent.udollars.idle) >= 0
        assert spent.udollars.total == sum(split.total for split in spent.by_pool.values())
        if billed_by == "job":
            assert (spent.udollars.boot, spent.udollars.idle) == (0, 0)


def test_node_cost_is_the_bill_of_each_node_split_by_cpu_time(make, make_pool) -> None:
    pools = (make_pool(price_udollars_per_hour=3_600_000, granularity_us=60 * S, minimum_us=0),)  # 1000 µ$ a second
    job = {"assigned_us": 0, "started_us": 0, "finished_us": 30 * S, "cpu_millis": 4000}
    result = make([job], [(0, 0, 0, 61 * S)], pools=pools)
    spent = cost(result, utilisation(result))
    assert spent.udollars.total == 120_000  # 61 s are billed as two minutes
    assert spent.udollars.busy == 120_000 * 30 // 61
    assert (spent.jobs, spent.per_job_udollars) == (1, 120_000)


def test_adjoining_windows_cost_what_the_whole_costs(make, make_pool) -> None:
    pools = (make_pool(granularity_us=60 * S, minimum_us=90 * S),)
    whole = make(nodes=[(0, 5 * S, 9 * S, 95 * S), (0, 0, 0, -1)], pools=pools)
    parts = [replace(whole, warm_up_us=a * S, horizon_us=b * S) for a, b in ((0, 31), (31, 70), (70, 100))]
    costs = [cost(result, utilisation(result)).udollars.total for result in (whole, *parts)]
    assert costs[0] == sum(costs[1:]) == sum(charge_udollars(192_000, t * S, 60 * S, 90 * S) for t in (90, 100))


def test_job_cost_rounds_every_job_up(make, make_pool) -> None:
    pools = (make_pool(price_udollars_per_hour=360_000, billed_by="job", granularity_us=60 * S),)
    jobs = [{"started_us": 0, "finished_us": t * S, "tenant": t % 2} for t in (1, 60, 61)]
    result = make(jobs, pools=pools, tenants=("a", "b"))
    spent = cost(result, utilisation(result))
    assert spent.udollars.busy == spent.udollars.total == 4 * 6_000
    assert spent.by_tenant == {"a": 6_000, "b": 18_000}


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**18), max_size=8))
def test_parts_sum_to_the_total_and_are_within_one_of_proportional(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert all(abs(part * whole - total * weight) < max(whole, 1) for part, weight in zip(parts, weights, strict=True))


def test_sums_beyond_64_bits_are_exact() -> None:
    time = np.full(1000, 2**52, np.int64)
    cpu = np.full(1000, 2**17, np.int64)
    assert product_sums_by(np.arange(1000) % 2, 2, time, cpu) == [500 * 2**69] * 2

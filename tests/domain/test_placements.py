"""Which node a job gets under each placement: worked examples, and what is promised of samples and draws."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.policies import PLACEMENTS, UnknownFacts, facts_of, is_per_row
from domain.scheduling.policies.facts import SCORE_BITS
from domain.scheduling.policies.placements import (
    balanced,
    by_departure,
    cache_affinity,
    cheapest,
    dot_product,
    least_allocated,
    most_allocated,
    next_fit,
)
from domain.scheduling.rules import SCALE
from domain.scheduling.sampling import ADAPTIVE, Sampling, drawn, rotated
from domain.shared.ids import NodeId
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

ONE = Resources(1000, 1024)


# --- scores ----------------------------------------------------------------------------------------------------------


def test_kubernetes_least_and_most_allocated_in_percent() -> None:
    """A node of 10 CPUs and 20 GiB, 6 and 12 free, a job of 1 and 4: 50 % and 40 % stay free, 45 in the mean."""
    node = {"free_cpu": 6000, "free_memory": 12_288, "total_cpu": 10_000, "total_memory": 20_480}
    assert least_allocated(cpu=1000, memory=4096, **node) == 100 - 45
    assert most_allocated(cpu=1000, memory=4096, **node) == 100 - 55
    assert least_allocated(free_cpu=6000, free_memory=0, cpu=1000, memory=0, total_cpu=10_000, total_memory=0) == 50


def test_kubernetes_balanced_allocation_is_half_the_difference_of_shares() -> None:
    """50 % of the CPU and 60 % of the memory taken: half of 10 % apart, 95 of 100 points there."""
    node = {"free_cpu": 6000, "free_memory": 12_288, "total_cpu": 10_000, "total_memory": 20_480}
    assert balanced(cpu=1000, memory=4096, **node) == 5
    assert balanced(cpu=2000, memory=4096, **node) == 0, "60 % of both"


def test_tetris_prefers_room_of_the_shape_of_the_job() -> None:
    """The job asks for CPU mainly: of two nodes with as much free in all, the one with CPU free is aligned with it."""
    job = {"cpu": 4000, "memory": 1024, "disk": 0, "gpu": 0}
    total = {"total_cpu": 10_000, "total_memory": 10_240, "total_disk": 0, "total_gpu": 0}
    with_cpu = dot_product(free_cpu=8000, free_memory=2048, free_disk=0, free_gpu=0, **job, **total)
    with_memory = dot_product(free_cpu=4000, free_memory=6144, free_disk=0, free_gpu=0, **job, **total)
    assert with_cpu < with_memory
    assert 4 * SCALE - with_cpu == pytest.approx((0.4 * 0.8 + 0.1 * 0.2) * SCALE, abs=2)


def test_next_fit_goes_round_from_the_node_that_was_taken_last() -> None:
    assert [next_fit(row, 4, 2) for row in range(4)] == [2, 3, 0, 1]


def test_departures_nearest_first_and_none_is_lengthened_if_that_can_be() -> None:
    """Of stays that end 1 s before, 5 s after and 2 s after the job would: 2 s after, 5 s after, 1 s before."""
    assert sorted((9, 15, 12), key=lambda ends: by_departure(ends * 10**6, 10 * 10**6)) == [12, 15, 9]


def test_locality_before_fullness_and_price_above_all() -> None:
    assert cache_affinity(0, 4 * SCALE) < cache_affinity(1, 0) < cache_affinity(2, 0)
    assert cheapest(400_000) < cheapest(500_000)


AMOUNTS = st.integers(0, 1 << 40)


@pytest.mark.parametrize("name", PLACEMENTS)
@given(data=st.data())
def test_scores_leave_room_for_preferences_above_them(name: str, data) -> None:
    placement = PLACEMENTS[name]
    known: dict[str, int] = {"leftover": data.draw(st.integers(0, 4 * SCALE))}
    for dimension in ("cpu", "memory", "disk", "gpu"):
        total = data.draw(st.integers(0, 10**7))
        free = data.draw(st.integers(0, total))
        known |= {f"total_{dimension}": total, f"free_{dimension}": free, dimension: data.draw(st.integers(0, free))}
    known |= {"rows": data.draw(st.integers(1, 10**5)), "missing": data.draw(st.integers(0, 500))}
    known |= {"row": data.draw(st.integers(0, known["rows"] - 1)), "last": data.draw(st.integers(0, known["rows"] - 1))}
    known |= {"price": data.draw(AMOUNTS), "departs_us": data.draw(AMOUNTS), "ends_us": data.draw(AMOUNTS)}
    score = placement(**{fact: known[fact] for fact in facts_of(placement)})
    assert type(score) is int
    assert 0 <= score < 1 << SCORE_BITS


def test_a_parameter_that_is_no_fact_is_named() -> None:
    with pytest.raises(UnknownFacts, match="freecpu"):
        facts_of(lambda leftover, freecpu: 0)


# --- in a cluster ----------------------------------------------------------------------------------------------------


def placed(placement: str, nodes: int = 4, jobs: int = 4, **asks) -> list[int]:
    """Which node, 1, 2, …, each of some equal jobs goes to, of equal nodes with room for four."""
    cluster = Cluster(placement=placement)
    for node in range(1, nodes + 1):
        cluster.node(node, ONE * 4)
    for job in range(1, jobs + 1):
        cluster.submit(job, ONE, **asks)
    return [node for _, node in cluster.round()]


@pytest.mark.parametrize(("placement", "nodes"), [
    ("best-fit", [1, 1, 1, 1, 2, 2]),
    ("first-fit", [1, 1, 1, 1, 2, 2]),
    ("next-fit", [1, 1, 1, 1, 2, 2]),
    ("most-allocated", [1, 1, 1, 1, 2, 2]),
    ("spread", [1, 2, 3, 4, 1, 2]),
    ("worst-fit", [1, 2, 3, 4, 1, 2]),
    ("least-allocated", [1, 2, 3, 4, 1, 2]),
    ("dot-product", [1, 2, 3, 4, 1, 2]),
])  # fmt: skip
def test_equal_jobs_on_equal_nodes(placement: str, nodes: list[int]) -> None:
    assert placed(placement, jobs=6) == nodes


def test_next_fit_does_not_come_back_to_room_behind_it_before_it_has_gone_round() -> None:
    cluster = Cluster(placement="next-fit")
    for node in (1, 2, 3):
        cluster.node(node, ONE)
    for job in (1, 2):
        cluster.submit(job, ONE)
    assert cluster.round() == [(1, 1), (2, 2)]
    cluster.release(1)
    cluster.submit(3, ONE)
    assert cluster.round() == [(3, 3)], "first fit would have taken node 1"
    cluster.submit(4, ONE)
    assert cluster.round() == [(4, 1)]


def test_the_cheapest_pool_first() -> None:
    cluster = Cluster(placement="cheapest")
    cluster.scheduler.prices = {"dear": 9, "cheap": 1}
    for node, pool in ((1, "dear"), (2, "cheap"), (3, "dear")):
        cluster.scheduler.announce_node(0, NodeId(node), pool, ONE, ())
        cluster.scheduler.admit_node(0, NodeId(node))
    for job in (1, 2, 3):
        cluster.submit(job, ONE)
    assert [node for _, node in cluster.round()] == [2, 1, 3]


def test_a_job_goes_to_the_node_that_is_kept_for_as_long_anyhow() -> None:
    cluster = Cluster(placement="pack-by-departure")
    for node in (1, 2, 3):
        cluster.node(node, ONE * 2)
    cluster.submit(1, ONE * 2, estimate=50)
    assert cluster.round() == [(1, 1)]
    cluster.release(1)
    cluster.submit(2, ONE, estimate=30_000_000)
    assert cluster.round() == [(2, 1)]
    cluster.submit(3, ONE * 2, estimate=90_000_000)
    assert cluster.round() == [(3, 2)]
    cluster.submit(4, ONE, estimate=20_000_000)
    assert cluster.round() == [(4, 1)], "it ends before the job that is there"
    cluster.release(2)
    cluster.release(4)
    assert cluster.scheduler.row_choice.departures.last(7, 0) == 7, "nothing runs there"


def test_a_job_goes_where_its_caches_lie() -> None:
    cluster = Cluster(placement="cache-affinity")
    for node in (1, 2, 3):
        cluster.node(node, ONE * 2)
    rows = cluster.scheduler.row_choice
    rows.wants, rows.holds = (
        lambda label: ("deps", "image"),
        lambda node, name: (node, name) in {(2, "deps"), (3, "image")},
    )
    for job in (1, 2, 3, 4, 5):
        cluster.submit(job, ONE)
    assert [node for _, node in cluster.round()] == [2, 2, 3, 3, 1], "and elsewhere when there is no room"


# --- samples and draws -----------------------------------------------------------------------------------------------


def test_the_adaptive_sample_is_that_of_kubernetes() -> None:
    adaptive = Sampling(ADAPTIVE, 100)
    assert [adaptive.enough(nodes) for nodes in (50, 100, 1000, 5000, 10_000)] == [100, 100, 420, 500, 500]
    assert Sampling(0, 3).enough(1000) == 3
    assert Sampling(10, 3).enough(1000) == 100


@given(st.integers(0, 2**63), st.integers(0, 1000), st.integers(0, 60))
def test_a_draw_is_a_shuffle_of_all_rows(seed: int, turn: int, rows: int) -> None:
    assert sorted(drawn(seed, turn, rows)) == list(range(rows))
    assert list(drawn(seed, turn, rows)) == list(drawn(seed, turn, rows))


@given(st.integers(0, 100), st.integers(0, 60))
def test_a_rotation_is_all_rows(first: int, rows: int) -> None:
    assert sorted(rotated(first % max(rows, 1), rows)) == list(range(rows))


def test_every_first_row_is_as_likely() -> None:
    counts = Counter(next(drawn(11, turn, 8)) for turn in range(20_000))
    assert all(2260 < counts[row] < 2740 for row in range(8)), counts


def sampled(nodes: int, enough: int, placement: str = "best-fit") -> Cluster:
    cluster = Cluster(placement=placement, sampling=Sampling(0, enough, "rotation"))
    for node in range(1, nodes + 1):
        cluster.node(node, ONE)
    return cluster


@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 30))
def test_under_rotation_every_node_is_looked_at_again_and_again(nodes: int, enough: int, turns: int) -> None:
    """No starvation: within nodes / enough turns, rounded up, and one more, each node was a candidate."""
    cluster = sampled(nodes, enough)
    cluster.submit(1, ONE)
    (demand,) = cluster.scheduler.queue.of(0, 0)
    rows = cluster.scheduler.row_choice
    looks = [rows.candidates(demand.shape, ()) for _ in range(turns)]
    assert all(len(one) == min(enough, nodes) == len(set(one)) for one in looks)
    window = -(-nodes // enough) + 1
    for start in range(turns - window + 1):
        assert {row for one in looks[start : start + window] for row in one} == set(range(nodes))


@pytest.mark.parametrize("order", ["rotation", "random"])
@given(st.data())
def test_a_sample_never_overlooks_the_only_node_with_room(order, data) -> None:
    nodes = data.draw(st.integers(1, 20))
    cluster = Cluster(sampling=Sampling(0, data.draw(st.integers(1, 5)), order))
    for node in range(1, nodes + 1):
        cluster.node(node, ONE)
    for job in range(1, nodes + 1):
        cluster.submit(job, ONE)
    assert sorted(node for _, node in cluster.round()) == list(range(1, nodes + 1)), "all are taken in the end"


def test_a_sample_of_all_nodes_decides_as_no_sample_does() -> None:
    for name, placement in PLACEMENTS.items():
        if not is_per_row(placement):
            runs = []
            for sampling in (None, Sampling(percent=100), Sampling(0, 99, "random")):
                cluster = Cluster(placement=name, sampling=sampling)
                for node in range(1, 5):
                    cluster.node(node, Resources(1000 * node, 1024 * (6 - node)))
                for job in range(1, 9):
                    cluster.submit(job, Resources(500 * (1 + job % 3), 512 * (1 + job % 2)))
                runs.append(cluster.round())
            assert runs[0] == runs[1] == runs[2], name


@pytest.mark.parametrize("name", [name for name, placement in PLACEMENTS.items() if is_per_row(placement)])
def test_equal_seeds_give_equal_places(name: str) -> None:
    def run(seed: int) -> list[tuple[int, int]]:
        cluster = Cluster(placement=name)
        cluster.scheduler.row_choice.seed = seed
        for node in range(1, 9):
            cluster.node(node, ONE * 4)
        for job in range(1, 20):
            cluster.submit(job, ONE, estimate=job * 1000)
        return cluster.round()

    assert run(5) == run(5)
    if PLACEMENTS[name].__name__ in ("at_random", "power_of_two"):
        assert run(5) != run(6)


def test_two_choices_are_much_more_even_than_one() -> None:
    def fullest(placement: str) -> int:
        cluster = Cluster(placement=placement)
        for node in range(1, 51):
            cluster.node(node, ONE * 20)
        for job in range(1, 501):
            cluster.submit(job, ONE)
        return max(Counter(node for _, node in cluster.round()).values())

    assert fullest("power-of-two") < fullest("random")

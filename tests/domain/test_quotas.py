"""What a quota promises: never above hard, a guarantee that is there when it is wanted, bursts that cool down."""

import pytest

from domain.contracts.scheduling import (
    AssignmentRevoked,
    BurstEnded,
    BurstStarted,
    InverseOfferExpired,
    InverseOfferOpened,
    InverseOfferRescinded,
    QuotaFreed,
    QuotaReached,
)
from domain.scheduling.quotas import FREE, UNLIMITED, ResourceQuota
from domain.scheduling.waiting import wanted, why_not
from domain.shared.ids import JobId
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

CPU = Resources(1000, 1024)
MAY_GO = Requirements(interruptible=True)
OPEN = (UNLIMITED,) * 4


def jobs(most: int) -> tuple[int, int, int, int, int]:
    return (*OPEN, most)


def cpus(most: int) -> tuple[int, int, int, int, int]:
    return (most * 1000, UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED)


def of(cluster: Cluster, kind: type) -> list:
    return [event for event in cluster.events if isinstance(event, kind)]


# --- hard ---------------------------------------------------------------------------------------------------------


def test_a_tenant_at_its_hard_quota_waits_for_itself_and_for_nobody_else() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(hard=jobs(2))})
    cluster.node(1, CPU * 9)
    for job in range(4):
        cluster.submit(job, CPU)
        cluster.submit(10 + job, CPU, "b")
    assert sorted(job for job, _ in cluster.round()) == [0, 1, 10, 11, 12, 13]
    assert of(cluster, QuotaReached) == [QuotaReached(0, "a", "quota-hard")]
    wakes = cluster.wakes
    cluster.release(10)
    assert (cluster.wakes, cluster.round()) == (wakes, []), "what others give back does not help it"
    cluster.release(0)
    assert cluster.wakes > wakes
    assert cluster.round() == [(2, 1)]
    cluster.release(1)
    assert cluster.round() == [(3, 1)]
    assert not of(cluster, QuotaFreed)[1:]
    cluster.release(2)
    cluster.round()
    assert of(cluster, QuotaFreed) == [QuotaFreed(0, "a")]


def test_a_job_that_the_quota_does_not_allow_does_not_block_a_smaller_one() -> None:
    cluster = Cluster("fifo", quotas={"a": ResourceQuota(hard=cpus(3))})
    cluster.node(1, CPU * 9)
    for job, ask in enumerate((2, 2, 1)):
        cluster.submit(job, CPU * ask)
    assert [job for job, _ in cluster.round()] == [0, 2]
    assert why_not(cluster.scheduler, 0) == {"quota-hard": 1}


def test_no_machine_is_wanted_for_what_the_quota_keeps_waiting() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(hard=jobs(3))})
    for job in range(9):
        cluster.submit(job, CPU)
        cluster.submit(10 + job, CPU * 2, "b")
    cluster.round()
    assert [wanted(cluster.scheduler, shape) for shape in cluster.scheduler.queue.parked] == [3, 9]


def test_without_a_quota_nothing_is_counted() -> None:
    assert Cluster().scheduler.quotas is None
    assert FREE.hard == jobs(UNLIMITED)


# --- guarantee ----------------------------------------------------------------------------------------------------


def lent(**changes) -> Cluster:
    """Tenant a is guaranteed 2 of 4 CPUs and b holds all of them, one job each, the last two not interruptible."""
    quotas = {"a": ResourceQuota(guarantee=cpus(2)), "b": ResourceQuota(guarantee=cpus(1))}
    cluster = Cluster(quotas=quotas, **{"reclaim_grace_us": 10} | changes)
    cluster.node(1, CPU * 4)
    for job in range(4):
        cluster.submit(job, CPU, "b", needs=MAY_GO if job < 2 else Requirements())
    assert len(cluster.round()) == 4
    return cluster


def test_what_was_borrowed_is_taken_back_after_its_grace_and_its_owner_gets_it() -> None:
    cluster = lent()
    for job in (10, 11, 12):
        cluster.submit(job, CPU, "a")
    assert cluster.round() == []
    asked = of(cluster, InverseOfferOpened)
    assert [(one.tenant, one.resources, one.reason, one.deadline_us) for one in asked] == [
        ("b", CPU, "quota-reclaim", 10), ("b", CPU, "quota-reclaim", 10),
    ]  # fmt: skip
    assert cluster.round() == []
    assert len(of(cluster, InverseOfferOpened)) == 2, "two jobs are within the guarantee, and are asked for once"
    cluster.scheduler.inverse_due(9, asked[0].inverse_offer)
    assert not of(cluster, AssignmentRevoked), "not before its time"
    for one in asked:
        cluster.scheduler.inverse_due(10, one.inverse_offer)
        cluster.scheduler.inverse_due(10, one.inverse_offer)
    assert [(one.job, one.reason) for one in of(cluster, AssignmentRevoked)] == [
        (1, "quota-reclaim"), (0, "quota-reclaim"),
    ]  # fmt: skip
    cluster.submit(20, CPU, "b", attempt=2)
    assert [job for job, _ in cluster.round(10)] == [10, 11], "and nobody borrows while somebody is owed"
    assert cluster.scheduler.quotas.reclaimed == [0, 2]


def test_work_that_ends_within_its_grace_is_not_revoked() -> None:
    cluster = lent()
    cluster.submit(10, CPU, "a")
    cluster.round()
    cluster.release(1, now=5)
    assert of(cluster, InverseOfferRescinded) == [InverseOfferRescinded(5, 1, "work-ended")]
    assert cluster.round(5) == [(10, 1)]
    cluster.scheduler.inverse_due(10, of(cluster, InverseOfferOpened)[0].inverse_offer)
    assert not of(cluster, AssignmentRevoked)
    assert not of(cluster, InverseOfferExpired)


def test_without_grace_it_is_taken_at_once() -> None:
    cluster = lent(reclaim_grace_us=0)
    cluster.submit(10, CPU, "a")
    wakes = cluster.wakes
    assert cluster.round() == []
    assert cluster.wakes > wakes
    assert cluster.round() == [(10, 1)]


def test_only_borrowed_interruptible_work_goes_and_no_more_than_is_needed() -> None:
    """On the first node two small jobs would have to go, on the second one large one does."""
    quotas = {"a": ResourceQuota(guarantee=cpus(9)), "b": ResourceQuota(guarantee=cpus(0))}
    cluster = Cluster("fifo", quotas=quotas, reclaim_grace_us=0)
    cluster.node(1, CPU * 3, "one")
    cluster.node(2, CPU * 3, "two")
    for job in (1, 2):
        cluster.submit(job, CPU, "b", ("one",), needs=MAY_GO)
    cluster.submit(3, CPU, "b", ("one",))
    cluster.submit(4, CPU, "b", ("two",))
    cluster.submit(5, CPU * 2, "b", ("two",), needs=MAY_GO)
    cluster.round()
    cluster.submit(10, CPU * 2, "a")
    cluster.round()
    assert [one.job for one in of(cluster, AssignmentRevoked)] == [5]
    assert cluster.round() == [(10, 2)]


def test_a_guarantee_does_not_cover_more_than_it_says_and_takes_nothing_that_is_not_borrowed() -> None:
    cluster = lent()
    cluster.submit(10, CPU * 3, "a")
    cluster.round()
    assert not of(cluster, InverseOfferOpened)
    quotas = {"a": ResourceQuota(guarantee=cpus(4)), "b": ResourceQuota(guarantee=cpus(4))}
    full = Cluster(quotas=quotas, reclaim_grace_us=0)
    full.node(1, CPU * 4)
    for job in range(4):
        full.submit(job, CPU, "b", needs=MAY_GO)
    full.round()
    full.submit(10, CPU, "a")
    full.round()
    assert not of(full, AssignmentRevoked), "all that b holds is its own"


def test_who_may_not_borrow_stays_within_its_guarantee() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(guarantee=jobs(2), borrow=False)})
    cluster.node(1, CPU * 9)
    for job in range(4):
        cluster.submit(job, CPU)
    assert len(cluster.round()) == 2
    assert [one.reason for one in of(cluster, QuotaReached)] == ["quota-guarantee"]


def test_who_was_kept_from_borrowing_may_again_when_nobody_is_owed() -> None:
    cluster = lent()
    cluster.submit(10, CPU, "a")
    cluster.round()
    cluster.submit(5, CPU, "b")
    cluster.node(2, CPU)
    assert cluster.round() == [(10, 2)], "the new node serves the debt first"
    assert of(cluster, InverseOfferRescinded) == [InverseOfferRescinded(0, 1, "not-needed")]
    cluster.node(3, CPU)
    assert cluster.round() == [(5, 3)]


def test_who_is_owed_comes_first_for_no_more_jobs_than_that() -> None:
    """What is beyond the guarantee of its owner is borrowed like anybody's: by shares."""
    quotas = {"a": ResourceQuota(guarantee=cpus(1))}
    cluster = Cluster(quotas=quotas, tenants=(("a", 1), ("b", 1), ("c", 1)), reclaim_grace_us=0)
    cluster.node(1, CPU * 2)
    for job in (1, 2):
        cluster.submit(job, CPU, "b", needs=MAY_GO)
    cluster.round()
    for job in (10, 11):
        cluster.submit(job, CPU, "a")
    assert cluster.round() == [], "one is taken back, and owed"
    cluster.submit(20, CPU, "c")
    cluster.node(2, CPU)
    assert cluster.round() == [(10, 1), (20, 2)]


def test_who_is_owed_and_leaves_lets_others_borrow_again() -> None:
    cluster = lent()
    cluster.submit(10, CPU * 2, "a")
    cluster.round()
    cluster.submit(5, CPU, "b")
    cluster.release(0)
    assert cluster.round() == [], "what is free is kept for the debt"
    assert of(cluster, QuotaReached)[-1].reason == "quota-lent"
    wakes = cluster.wakes
    cluster.scheduler.withdraw(0, JobId(10))
    assert cluster.wakes > wakes
    cluster.round()
    assert cluster.round() == [(5, 1)]
    assert of(cluster, InverseOfferRescinded)[-1].reason == "not-needed"


# --- burst --------------------------------------------------------------------------------------------------------


def test_a_burst_ends_cools_down_and_may_come_again() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(hard=jobs(3), usual=jobs(1), burst_us=100, cool_down_us=50)})
    cluster.node(1, CPU * 9)
    for job in range(8):
        cluster.submit(job, CPU)
    assert len(cluster.round(7)) == 3
    assert of(cluster, BurstStarted) == [BurstStarted(7, "a", 107)]
    cluster.release(0, now=50)
    assert len(cluster.round(50)) == 1, "it lasts"
    cluster.scheduler.quota_turned(106, "a")
    assert not of(cluster, BurstEnded)
    cluster.scheduler.quota_turned(107, "a")
    assert of(cluster, BurstEnded) == [BurstEnded(107, "a", 157)]
    for job in (1, 2, 3):
        cluster.release(job, now=110)
    assert len(cluster.round(110)) == 1, "no more than usual while it cools down"
    wakes = cluster.wakes
    cluster.scheduler.quota_turned(157, "a")
    assert cluster.wakes > wakes
    assert len(cluster.round(157)) == 2
    assert len(of(cluster, BurstStarted)) == 2


def test_who_still_holds_more_than_usual_has_not_cooled_down() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(usual=jobs(1), burst_us=100, cool_down_us=50)})
    cluster.node(1, CPU * 9)
    for job in range(3):
        cluster.submit(job, CPU)
    cluster.round(0)
    cluster.scheduler.quota_turned(100, "a")
    cluster.scheduler.quota_turned(150, "a")
    cluster.submit(9, CPU)
    assert cluster.round(150) == []
    cluster.release(0, now=200)
    assert cluster.round(200) == []
    cluster.release(1, now=201)
    assert cluster.round(201) == [(9, 1)], "cooled down at last, and a new burst begins"


def test_a_claim_is_rejected_when_the_burst_ended_before_its_commit() -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(usual=jobs(1), burst_us=100, cool_down_us=500)})
    cluster.node(1, CPU * 9)
    for job in (1, 2):
        cluster.submit(job, CPU)
    cluster.scheduler.commit(0, cluster.open(0))
    offer = cluster.open(0)
    cluster.scheduler.quota_turned(100, "a")
    refused = cluster.scheduler.commit(101, offer)
    assert refused.reason == "quota-cooling"
    assert cluster.said()[-2:] == ["OfferRejected", "AssignmentRejected"]
    assert cluster.free(1) == CPU * 8


@pytest.mark.parametrize("limit", [cpus(2), jobs(2), (UNLIMITED, 2048, UNLIMITED, UNLIMITED, UNLIMITED)])
def test_every_dimension_limits(limit) -> None:
    cluster = Cluster(quotas={"a": ResourceQuota(hard=limit)})
    cluster.node(1, CPU * 9)
    for job in range(4):
        cluster.submit(job, CPU)
    assert len(cluster.round()) == 2

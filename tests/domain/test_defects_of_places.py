"""Defects that earlier designs had about where jobs may go and who must make way; the others are in `test_defects`."""

import pytest

from domain.contracts.scheduling import AssignmentRevoked
from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from domain.shared.requirements import Affinity, Requirements, Toleration
from domain.shared.resources import Resources
from tests.domain.cluster import Cluster

CPU = Resources(1000, 1024)


@pytest.mark.parametrize("anti", [False, True])
def test_affinity_is_not_always_true(anti: bool) -> None:
    """Neither for being near nor for being away: what the rule names decides, wherever it is."""
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 4)
    cluster.node(2, CPU * 4)
    cluster.submit(1, CPU, label="database")
    assert cluster.round() == [(1, 1)]
    for job in (2, 3):
        cluster.submit(job, CPU * 2, needs=Requirements(affinity=(Affinity("label:database", "node", anti),)))
    assert [node for _, node in cluster.round()] == ([2, 2] if anti else [1])


def test_a_toleration_that_exists_covers_every_value_and_one_that_equals_only_its_own() -> None:
    cluster = Cluster("fifo")
    cluster.node(1, CPU * 4, taints=("spot=yes:NoSchedule",))
    cluster.submit(1, CPU)
    cluster.submit(2, CPU, needs=Requirements(tolerations=(Toleration("spot"),)))
    cluster.submit(3, CPU, needs=Requirements(tolerations=(Toleration("spot", "Eq", "yes"),)))
    cluster.submit(4, CPU, needs=Requirements(tolerations=(Toleration("spot", "Exists"),)))
    cluster.submit(5, CPU, needs=Requirements(tolerations=(Toleration("slow", "Exists"),)))
    assert [job for job, _ in cluster.round()] == [3, 4]


def test_what_is_stopped_for_others_is_told_and_may_come_again() -> None:
    """Preemption of earlier designs dropped queued jobs: here it ends running ones, by name, and queued ones stay."""
    quotas = {"a": ResourceQuota(guarantee=(1000, *[UNLIMITED] * 4))}
    cluster = Cluster(quotas=quotas, reclaim_grace_us=0)
    cluster.node(1, CPU * 2)
    for job in (1, 2, 3):
        cluster.submit(job, CPU, "b", needs=Requirements(interruptible=True))
    cluster.round()
    cluster.submit(9, CPU, "a")
    cluster.round()
    (revoked,) = (event for event in cluster.events if isinstance(event, AssignmentRevoked))
    assert (revoked.job, revoked.reason) == (2, "quota-reclaim"), "the youngest that runs"
    assert cluster.round() == [(9, 1)]
    cluster.submit(2, CPU, "b", attempt=2, needs=Requirements(interruptible=True))
    cluster.release(9)
    assert cluster.round() == [(3, 1)], "who was queued is still there, before who comes again"
    cluster.release(1)
    assert cluster.round() == [(2, 1)]


def test_a_guarantee_is_kept_for_its_owner_not_only_written_down() -> None:
    """Earlier designs read reservations that nothing set: here what is owed is set when it is taken back, and spent."""
    quotas = {"a": ResourceQuota(guarantee=(2000, *[UNLIMITED] * 4))}
    cluster = Cluster(quotas=quotas)
    cluster.node(1, CPU * 2)
    for job in (1, 2):
        cluster.submit(job, CPU, "b", needs=Requirements(interruptible=True))
    cluster.round()
    cluster.submit(9, CPU * 2, "a")
    cluster.submit(3, CPU, "b")
    cluster.round()
    cluster.release(1)
    assert cluster.round() == [], "half of what a is owed is free, and is kept for it"
    cluster.release(2)
    assert cluster.round() == [(9, 1)]

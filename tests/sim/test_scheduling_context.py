"""What scheduling's words do in a run: each is reached from a scenario, is reported, and is checked from outside."""

from collections import Counter

import pytest

from domain.contracts import orchestration as o
from domain.contracts import scheduling as s
from domain.shared.requirements import NONE, Affinity, Constraint, Requirements, Spread, Toleration
from domain.shared.resources import Resources
from sim.checkers import PromiseBroken
from sim.checkers_scheduling import HardQuotasHold, NeighboursSuit, PlacesSuit
from sim.run import simulate
from tests.sim.test_checkers import watch

TENANTS = {
    "owner": {"quota": {"guarantee": {"cpu": "8cpu"}}},
    "guest": {
        "quota": {
            "hard": {"cpu": "12cpu", "jobs": 9},
            "guarantee": {"cpu": "2cpu"},
            "burst": {"above": {"jobs": 5}, "lasts": "10m", "cool_down": "20m"},
        }
    },
    "picky": {"accepts": ["arch In amd64"]},
}
JOBS = {
    "build": {
        "resources": {"cpu": "2cpu", "memory": "2GiB"},
        "duration": {"exponential": {"mean": "10m"}},
        "constraints": ["cores Ge 4"],
        "tolerations": ["spot"],
        "interruptible": True,
        "spread": [{"topology": "zone", "max_skew": 2}],
    },
    "test": {
        "resources": {"cpu": "1cpu", "memory": "1GiB"},
        "duration": {"exponential": {"mean": "5m"}},
        "needs": ["build"],
        "interruptible": True,
        "affinity": [{"to": "pipeline", "topology": "zone", "weight": 50}, {"to": "label:deploy", "anti": True}],
    },
    "deploy": {
        "resources": {"cpu": "1cpu", "memory": "1GiB"},
        "duration": {"exponential": {"mean": "2m"}},
        "needs": ["test"],
        "tolerations": ["spot=yes:NoSchedule"],
        "affinity": [{"to": "label:deploy", "anti": True}],
    },
}
POOLS = {
    "fixed": {
        "nodes": 3,
        "capacity": {"cpu": "4cpu", "memory": "16GiB"},
        "attributes": {"arch": "amd64", "cores": 4},
        "zones": ["x", "y", "z"],
    },
    "more": {
        "nodes": {"min": 1, "max": 3, "idle_timeout": "5m"},
        "capacity": {"cpu": "4cpu", "memory": "16GiB"},
        "attributes": {"arch": "arm64", "cores": 4},
        "zones": ["x", "y", "z"],
        "taints": ["spot=yes:NoSchedule"],
    },
}


@pytest.fixture
def words(scenario):
    """A scenario that uses them all."""

    def make(**changes):
        return scenario(**{
            "horizon": "3h",
            "tenants": TENANTS,
            "workload": {"synthetic": {"pushes": {"rate": "50/h"}, "jobs": JOBS}},
            "fleet": {"providers": {"p": {"pools": POOLS}}},
            **changes,
        })  # fmt: skip

    return make


def run(one):
    events: list = []
    result = simulate(one, "drf+fifo+best-fit", check=True, event_sink=lambda batch, causes: events.extend(batch))
    return result, events


def test_a_run_that_uses_every_word_keeps_its_promises_and_says_what_happened(words) -> None:
    result, events = run(words())
    kinds = Counter(type(event).__name__ for event in events)
    for name in (
        "OfferDeclined", "QuotaReached", "QuotaFreed", "BurstStarted", "BurstEnded", "InverseOfferOpened",
        "InverseOfferExpired", "AssignmentRevoked",
    ):  # fmt: skip
        assert kinds[name], name
    assert {event.reason for event in events if isinstance(event, s.AssignmentRevoked)} == {"quota-reclaim"}
    assert {event.reason for event in events if isinstance(event, s.OfferDeclined)} == {"not-accepted"}
    assert len(result.jobs) == result.work["jobs_submitted"], "reclaimed or not, every job ends once"
    titles = {table.title: table for table in result.contexts if table.context == "scheduling"}
    assert list(titles) == ["Quotas", "What did not last", "Affinity and spread"]
    columns = [name for name, _ in titles["Quotas"].columns]
    guest = dict(zip(columns, titles["Quotas"].rows[1], strict=True))
    assert (guest["tenant"], guest["CPUs allowed"], guest["jobs allowed"]) == ("guest", 12, 9)
    assert 2 < guest["CPUs at most"] <= 12
    assert 5 < guest["jobs at most"] <= 9
    assert guest["time at quota"] > 0
    taken_back = sum(row[columns.index("jobs taken back from it")] for row in titles["Quotas"].rows)
    assert taken_back == kinds["AssignmentRevoked"]
    assert {row[0]: row[1] for row in titles["Affinity and spread"].rows}.keys() == {"build", "test", "deploy"}


def test_it_is_the_same_run_every_time(words) -> None:
    assert run(words(horizon="1h"))[0].digest == run(words(horizon="1h"))[0].digest


def test_deciding_takes_time_in_which_claims_expire_and_are_refused(words) -> None:
    """A burst that ends between claim and commit refuses the claim; a claim that waits too long expires."""
    slow = {"decision_time": "4s", "claim_lease": "9s", "offer_ttl": "1m"}
    tenants = {"guest": {"quota": {"burst": {"above": {"jobs": 3}, "lasts": "5s", "cool_down": "30s"}}}}
    _, events = run(words(scheduling=slow, tenants=tenants))
    kinds = Counter(type(event).__name__ for event in events)
    assert kinds["OfferExpired"]
    assert kinds["AssignmentRejected"]
    claims = {event.offer: event.at_us for event in events if isinstance(event, s.OfferClaimed)}
    expired = [event.at_us - claims[event.offer] for event in events if isinstance(event, s.OfferExpired)]
    assert set(expired) == {9_000_000}, "exactly when the lease ends"
    rejected = [event for event in events if isinstance(event, s.AssignmentRejected)]
    assert {event.reason for event in rejected} == {"quota-cooling"}


def test_machines_are_ordered_from_pools_that_can_host_the_job(words) -> None:
    """Only deploy and build tolerate the taint of the elastic pool: for tests, however many wait, it orders nothing."""
    jobs = {"test": JOBS["test"] | {"needs": []}}
    _, events = run(words(workload={"synthetic": {"pushes": {"rate": "300/h"}, "jobs": jobs}}, horizon="1h"))
    ordered = Counter(event.pool for event in events if type(event).__name__ == "MachineOrdered")
    assert ordered == {"p/fixed": 3, "p/more": 1}
    nodes = {event.node: event.pool for event in events if isinstance(event, s.NodeJoined)}
    assert {nodes[event.node] for event in events if isinstance(event, s.JobPlaced)} == {"p/fixed"}


def test_the_nodes_of_a_pool_take_turns_in_its_zones(words) -> None:
    _, events = run(words(horizon="30m"))
    joined = [event.attributes for event in events if isinstance(event, s.NodeJoined) and event.pool == "p/fixed"]
    assert joined == [("arch=amd64", "cores=4", f"zone={zone}") for zone in "xyz"]


def test_a_run_without_these_words_has_none_of_their_events_or_tables(scenario) -> None:
    result, events = run(scenario())
    kinds = {type(event).__name__ for event in events}
    assert not [name for name in kinds if name.startswith(("Inverse", "Quota", "Burst")) or name == "OfferDeclined"]
    assert not [table for table in result.contexts if table.context == "scheduling"]


# --- the checkers object ------------------------------------------------------------------------------------------

ONE = Resources(1000, 1024)


def queued(job: int = 7, needs: Requirements = NONE, runs_on: tuple[str, ...] = (), label: str = "l"):
    return o.JobQueued(0, job, 1, "t", label, ONE, runs_on, 1, 0, needs)


def joined(node: int = 1, **traits) -> list:
    return [s.NodeJoined(0, node, "pool", ONE * 4, **traits), s.NodeReady(0, node, 1)]


def claims(job: int, node: int = 1, number: int | None = None) -> list:
    number = number or job
    return [
        s.OfferOpened(1, number, node, 1, "t", ONE, 10), s.OfferClaimed(1, number, job),
        s.OfferAccepted(1, number, number), s.JobPlaced(1, number, job, 1, node, "pool", ONE),
    ]  # fmt: skip


SPOT = Requirements(tolerations=(Toleration("spot", "Exists"),))
ARM = Requirements((Constraint("arch", "Eq", ("arm",)),))
APART = Requirements(affinity=(Affinity("label:l", "node", True),))
EVEN = Requirements(spread=(Spread("zone"),))
EVICTS = s.NodeTainted(2, 1, ("spot:NoExecute",))
X, Y = joined(1, attributes=("zone=x",)), joined(2, attributes=("zone=y",))


def neighbours() -> NeighboursSuit:
    return NeighboursSuit(spread=True)


def quota() -> HardQuotasHold:
    return HardQuotasHold({"t": (2000, 9999, 9999, 9999, 9)})


GOOD = [
    (PlacesSuit, [queued(), *joined(), *claims(7)]),
    (PlacesSuit, [queued(needs=SPOT), *joined(taints=("spot:NoSchedule",)), *claims(7)]),
    (PlacesSuit, [queued(needs=ARM), *joined(attributes=("arch=arm",)), *claims(7)]),
    (PlacesSuit, [queued(), *joined(taints=("slow:PreferNoSchedule",)), *claims(7)]),
    (PlacesSuit, [queued(), *joined(), *claims(7), EVICTS, s.AssignmentRevoked(2, 7, 7, 1, "taint:spot")]),
    (PlacesSuit, [queued(needs=SPOT), *joined(), *claims(7), EVICTS, s.AssignmentReleased(3, 7, 1)]),
    (PlacesSuit, [queued(), *joined(), *claims(7), s.NodeTainted(2, 1, ("a:NoSchedule",)),
                  s.AssignmentReleased(3, 7, 1)]),
    (neighbours, [queued(7, APART), queued(8, APART), *X, *Y, *claims(7), *claims(8, 2)]),
    (neighbours, [queued(7, APART), queued(8, APART), *X, *claims(7), s.AssignmentReleased(2, 7, 1), *claims(8)]),
    (neighbours, [queued(7, EVEN), queued(8, EVEN), *X, *Y, *claims(7), *claims(8, 2)]),
    (neighbours, [queued(7, EVEN), queued(8, EVEN), *X, *Y, s.NodeCordoned(1, 2), *claims(7), *claims(8)]),
    (neighbours, [queued(7, EVEN), queued(8, EVEN, label="m"), *X, *Y, *claims(7), *claims(8)]),
    (quota, [*claims(7), *claims(8), s.AssignmentReleased(2, 7, 1), *claims(9), s.AssignmentReleased(2, 8, 1),
             s.AssignmentRevoked(2, 9, 9, 1, "x")]),
]  # fmt: skip
BAD = [
    (PlacesSuit, [queued(runs_on=("gpu",)), *joined(), *claims(7)], "label:gpu"),
    (PlacesSuit, [queued(needs=ARM), *joined(attributes=("arch=x64",)), *claims(7)], "constraint:arch"),
    (PlacesSuit, [queued(), *joined(taints=("spot:NoSchedule",)), *claims(7)], "taint:spot"),
    (PlacesSuit, [queued(), *joined(), s.NodeTainted(0, 1, ("spot:NoExecute",)), *claims(7)], "taint:spot"),
    (PlacesSuit, [queued(), *joined(), *claims(7), EVICTS, s.AssignmentReleased(3, 7, 1)], "leaves a node at once"),
    (neighbours, [queued(7), queued(8, APART), *X, *claims(7), *claims(8)], "keeps away"),
    (neighbours, [queued(7, EVEN), queued(8, EVEN), *X, *Y, *claims(7), *claims(8)], "spread over zone"),
    (quota, [*claims(7), *claims(8), *claims(9)], "hard quota"),
]


@pytest.mark.parametrize(("checker", "events"), GOOD)
def test_a_good_history_passes(checker, events) -> None:
    one = checker()
    watch(one, events)
    assert list(one.at_end()) == []


@pytest.mark.parametrize(("checker", "events", "promise"), BAD)
def test_a_broken_promise_is_caught(checker, events, promise: str) -> None:
    with pytest.raises(PromiseBroken, match=promise):
        watch(checker(), events)


def test_who_never_leaves_a_node_that_evicts_it_is_told() -> None:
    one = PlacesSuit()
    watch(one, [queued(), *joined(), *claims(7), EVICTS])
    assert list(one.at_end()) == ["1 jobs never left nodes that evicted them"]


def test_what_a_tenant_still_holds_at_the_end_is_told() -> None:
    one = quota()
    watch(one, claims(7))
    assert list(one.at_end()) == ["t still holds [1000, 1024, 0, 0, 1]"]

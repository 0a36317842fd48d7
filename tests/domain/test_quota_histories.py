"""Quotas under any history of jobs, nodes and time: never above hard, nobody is forgotten, borrowed is what is idle."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.scheduling import AssignmentRevoked, JobPlaced
from domain.scheduling.quotas import UNLIMITED, ResourceQuota
from domain.shared.requirements import Requirements
from tests.domain.cluster import Cluster
from tests.domain.test_quotas import CPU, MAY_GO, cpus

QUOTAS = {
    "a": ResourceQuota(hard=(6000, UNLIMITED, UNLIMITED, UNLIMITED, 4), guarantee=cpus(4)),
    "b": ResourceQuota(hard=cpus(7), guarantee=cpus(2), usual=cpus(3), burst_us=20, cool_down_us=15),
}


class AnyHistory(RuleBasedStateMachine):
    """Three tenants, the third without a quota. After each step everything that can be placed and may be, is."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster(tenants=(("a", 1), ("b", 1), ("c", 1)), quotas=QUOTAS, reclaim_grace_us=5)
        self.scheduler = self.cluster.scheduler
        self.now = 0
        self.nodes = self.jobs = self.seen = self.heard = 0
        self.waiting: dict[int, tuple] = {}
        self.placed: dict[int, tuple] = {}

    @initialize(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=3))
    def some_nodes(self, sizes: list[int]) -> None:
        for size in sizes:
            self.node(size)

    @rule(size=st.integers(1, 6))
    def node(self, size: int) -> None:
        self.nodes += 1
        self.cluster.node(self.nodes, CPU * size)

    @rule(tenant=st.sampled_from("abc"), size=st.integers(1, 3), may_go=st.booleans(), times=st.integers(1, 4))
    def submit(self, tenant: str, size: int, may_go: bool, times: int) -> None:
        for _ in range(times):
            self.jobs += 1
            self.waiting[self.jobs] = (tenant, size, may_go)
            needs = MAY_GO if may_go else Requirements()
            self.cluster.submit(self.jobs, CPU * size, tenant, needs=needs, now=self.now)

    @precondition(lambda self: self.placed)
    @rule(data=st.data())
    def release(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.placed)))
        del self.placed[job]
        self.cluster.release(job, now=self.now)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def withdraw(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.waiting)))
        del self.waiting[job]
        self.scheduler.withdraw(self.now, job)

    @precondition(lambda self: len(self.scheduler.nodes) > 2)
    @rule(data=st.data())
    def lose(self, data) -> None:
        self.scheduler.lose_node(self.now, data.draw(st.sampled_from(sorted(self.scheduler.nodes))))

    @rule(span=st.integers(1, 12))
    def time(self, span: int) -> None:
        for _ in range(span):
            self.now += 1
            for id in list(self.scheduler.inverse_offers):
                self.scheduler.inverse_due(self.now, id)
            for tenant in QUOTAS:
                self.scheduler.quota_turned(self.now, tenant)

    @invariant()
    def settle(self) -> None:
        """A round whenever the scheduler says so, and never else; it must come to rest."""
        for _ in range(50):
            if self.cluster.wakes == self.heard:
                break
            self.heard = self.cluster.wakes
            self.scheduler.run_round(self.now)
            self.listen()
        else:
            raise AssertionError("the scheduler never comes to rest")
        self.listen()
        self.check()

    def listen(self) -> None:
        for event in self.cluster.events[self.seen :]:
            if isinstance(event, JobPlaced):
                self.placed[event.job] = self.waiting.pop(event.job)
            elif isinstance(event, AssignmentRevoked):
                job = self.placed.pop(event.job)
                assert event.reason != "quota-reclaim" or job[2], "only interruptible work is taken back"
        self.seen = len(self.cluster.events)

    def check(self) -> None:
        held = {name: [0, 0] for name in "abc"}
        for tenant, size, _ in self.placed.values():
            held[tenant][0] += size * 1000
            held[tenant][1] += 1
        ledger = self.scheduler.quotas
        for number, name in enumerate("abc"):
            assert [ledger.held[number][0], ledger.held[number][4]] == held[name], "the ledger is right"
            hard = ledger.quotas[number].hard
            assert (held[name][0], held[name][1]) <= (hard[0], UNLIMITED), "never above hard"
            assert held[name][1] <= hard[4]
        total = sum(node.capacity.cpu_millis for node in self.scheduler.nodes.values())
        own = sum(min(have[0], quota.guarantee[0]) for have, quota in zip(held.values(), ledger.quotas, strict=True))
        assert sum(ledger.borrowed(number)[0] for number in range(3)) <= total - own, "borrowed is what is idle"
        assert set(self.waiting) == {job for job, one in self.scheduler._demands.items() if one.stage != 2}
        self.nobody_is_forgotten()

    def nobody_is_forgotten(self) -> None:
        """Who waits has no room, or its quota says no just now."""
        frees = [self.scheduler.ledger.free(node.row) for node in self.scheduler.nodes.values()]
        for tenant, size, _ in self.waiting.values():
            room = any((CPU * size).fits_in(free) for free in frees)
            assert not room or self.scheduler.quotas.refusal("abc".index(tenant), CPU * size), (tenant, size)
        for number, name in enumerate("abc"):
            owed = self.scheduler.quotas.owed.get(number, 0)
            assert owed <= sum(job[0] == name for job in self.waiting.values()), "nobody is owed what it does not want"


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)

"""What the domain promises under any sequence of moves: conservation, fairness, one end for every job."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts.orchestration import JobEnded, PipelineEnded
from domain.contracts.scheduling import JobPlaced, OfferOpened
from domain.orchestration.orchestrator import Orchestrator
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.terms import RetryPolicy
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.ids import AssignmentId, JobId, NodeId
from domain.shared.refusals import Refused
from domain.shared.resources import Resources

SHAPES = [
    (Resources(1000, 1024), ()),
    (Resources(2000, 8192), ("linux",)),
    (Resources(4000, 2048, 100), ("linux", "large")),
    (Resources(1000, 512, 0, 1000), ("gpu",)),
    (Resources(64_000, 1), ()),  # fits nowhere
]
NODES = [
    (Resources(4000, 16_384, 500), ("linux", "large")),
    (Resources(2000, 8192), ("linux",)),
    (Resources(8000, 16_384, 0, 2000), ("gpu",)),
]
POLICIES = [
    (allocator, ordering, placement) for allocator in ALLOCATORS for ordering in ORDERINGS for placement in PLACEMENTS
]


def make(names, choice, published):
    allocator, ordering, placement = names
    policy = SchedulingPolicy(ALLOCATORS[allocator], ORDERINGS[ordering], PLACEMENTS[placement], 1_000_000)
    return Scheduler(policy, [("a", 1), ("b", 3)], published.append, lambda: None, choice)


class AnyHistoryOfScheduling(RuleBasedStateMachine):
    """The same history through the index and through the scan that defines it, with books of our own beside them."""

    @initialize(names=st.sampled_from(POLICIES))
    def begin(self, names) -> None:
        self.now = 0
        self.events: list = []
        self.scanned: list = []
        self.both = (make(names, NodeIndex, self.events), make(names, NodeScan, self.scanned))
        self.nodes: dict[int, Resources] = {}
        self.down: set[int] = set()
        self.ids = iter(range(1, 10**6))
        self.attempts: dict[int, tuple] = {}
        self.withdrawn: set[int] = set()
        self.seen = 0

    def tell(self, method, *args):
        self.now += 1
        return [getattr(one, method)(self.now, *args) for one in self.both]

    @rule(kind=st.sampled_from(NODES))
    def node_joins(self, kind) -> None:
        node = NodeId(next(self.ids))
        self.tell("announce_node", node, "pool", kind[0], kind[1])
        self.tell("admit_node", node)
        self.nodes[node] = kind[0]

    @precondition(lambda self: self.nodes)
    @rule(data=st.data(), comes_back=st.booleans())
    def node_is_lost(self, data, comes_back) -> None:
        node = data.draw(st.sampled_from(sorted(set(self.nodes) - self.down) or [0]))
        if node:
            self.tell("lose_node", node, comes_back)
            if comes_back:
                self.down.add(node)
            else:
                del self.nodes[node]

    @precondition(lambda self: self.down)
    @rule()
    def node_comes_back(self) -> None:
        self.tell("admit_node", self.down.pop())

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def node_retires(self, data) -> None:
        node = data.draw(st.sampled_from(sorted(self.nodes)))
        refused, same = self.tell("retire_node", node)
        assert refused == same
        if refused is None:
            del self.nodes[node]

    @rule(shape=st.sampled_from(SHAPES), tenant=st.sampled_from("ab"), estimate=st.integers(0, 3))
    def job_arrives(self, shape, tenant, estimate) -> None:
        job = next(self.ids)
        self.attempts[job] = (job, 1, tenant, "label", *shape, estimate)
        self.tell("submit", *self.attempts[job])

    @precondition(lambda self: self.attempts)
    @rule(data=st.data())
    def message_comes_twice(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.attempts)))
        if job in self.both[0]._demands:
            self.tell("submit", *self.attempts[job])

    @precondition(lambda self: self.attempts)
    @rule(data=st.data())
    def job_is_withdrawn(self, data) -> None:
        job = data.draw(st.sampled_from(sorted(self.attempts)))
        if job not in {one.demand.job for one in self.both[0].assignments.values()}:
            self.withdrawn.add(job)
        self.tell("withdraw", job)

    @rule()
    def round_runs(self) -> None:
        self.tell("run_round")

    @rule(expires=st.booleans())
    def slow_offer(self, expires) -> None:
        """Open an offer, let time pass, then commit it or let it expire."""
        offers = self.tell("open_offer")
        for scheduler, offer in zip(self.both, offers, strict=True):
            if offer is not None:
                (scheduler.expire if expires else scheduler.commit)(self.now, offer)

    @rule(data=st.data())
    def job_ends(self, data) -> None:
        live = sorted(self.both[0].assignments)
        if live:
            self.tell("release", data.draw(st.sampled_from(live)))

    @invariant()
    def index_and_scan_agree(self) -> None:
        assert self.events == self.scanned

    @invariant()
    def what_was_withdrawn_is_never_placed(self) -> None:
        for event in self.events[self.seen :]:
            assert not isinstance(event, JobPlaced) or event.job not in self.withdrawn
        self.seen = len(self.events)

    @invariant()
    def capacity_is_conserved(self) -> None:
        """Total = free + what live offers and assignments hold, in every dimension, and nothing is ever negative."""
        scheduler = self.both[0]
        assert set(scheduler.nodes) == set(self.nodes)
        for id, node in scheduler.nodes.items():
            taken = Resources()
            for holder in (*scheduler.offers.values(), *scheduler.assignments.values()):
                if holder.node is node:
                    taken += holder.resources
            assert scheduler.ledger.free(node.row) + taken == self.nodes[id]
        holders = sum(
            sum(node.id == offer.node.id for node in scheduler.nodes.values()) for offer in scheduler.offers.values()
        )
        assert holders == len(scheduler.offers), "no offer outlives its node"

    def teardown(self) -> None:
        if not hasattr(self, "both"):
            return
        for assignment in list(self.both[0].assignments):
            self.tell("release", assignment)
        self.capacity_is_conserved()
        placed = [event for event in self.events if isinstance(event, JobPlaced)]
        assert len({event.job for event in placed}) <= len(self.attempts)


TestAnyHistoryOfScheduling = AnyHistoryOfScheduling.TestCase
TestAnyHistoryOfScheduling.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_drf_worked_example() -> None:
    """Ghodsi et al., NSDI 2011, 4.1: 9 CPU, 18 GB; A runs 3 tasks of ⟨1, 4⟩, B 2 of ⟨3, 1⟩, both hold 2/3."""
    events: list = []
    policy = SchedulingPolicy(ALLOCATORS["drf"], ORDERINGS["fifo"], PLACEMENTS["best-fit"], 1)
    scheduler = Scheduler(policy, [("A", 1), ("B", 1)], events.append, lambda: None)
    scheduler.announce_node(0, NodeId(1), "pool", Resources(9000, 18 * 1024), ())
    scheduler.admit_node(0, NodeId(1))
    asks = {"A": Resources(1000, 4 * 1024), "B": Resources(3000, 1024)}
    for job in range(20):
        for tenant, ask in asks.items():
            scheduler.submit(0, JobId(100 * job + ord(tenant)), 1, tenant, tenant, ask, (), 0)
    scheduler.run_round(0)
    placed = [chr(event.job % 100) for event in events if isinstance(event, JobPlaced)]
    assert (placed.count("A"), placed.count("B")) == (3, 2)
    shares = [max(a.cpu_millis / 9000, a.memory_mib / 18 / 1024) for a in scheduler._turns.accounts]
    assert shares == [2 / 3, 2 / 3]


def test_a_stale_claim_never_commits() -> None:
    events: list = []
    scheduler = make(("drf", "fifo", "best-fit"), NodeIndex, events)
    scheduler.announce_node(0, NodeId(1), "pool", Resources(4000, 4096), ())
    scheduler.admit_node(0, NodeId(1))
    scheduler.submit(0, JobId(1), 1, "a", "l", Resources(1000, 1024), (), 0)
    offer = scheduler.open_offer(1)
    offer.node.ledger.epoch[offer.node.row] += 1  # as if the node had gone and come back in between
    answer = scheduler.commit(2, offer)
    assert isinstance(answer, Refused)
    assert answer.reason == "stale-epoch"
    assert scheduler.open_offer(3).demand.job == 1, "its job waits again"


def test_a_job_that_fits_nowhere_blocks_nobody() -> None:
    events: list = []
    scheduler = make(("fifo", "fifo", "best-fit"), NodeIndex, events)
    scheduler.announce_node(0, NodeId(1), "pool", Resources(4000, 4096), ())
    scheduler.admit_node(0, NodeId(1))
    for job, cpu in enumerate((64_000, 1000, 64_000, 1000), 1):
        scheduler.submit(0, JobId(job), 1, "a", "l", Resources(cpu, 1), (), 0)
    scheduler.run_round(0)
    assert [event.job for event in events if isinstance(event, JobPlaced)] == [2, 4]
    assert scheduler.queue.waiting == [2, 0]


def test_freed_capacity_wakes_what_fits_there() -> None:
    woken: list[int] = []
    policy = SchedulingPolicy(ALLOCATORS["drf"], ORDERINGS["fifo"], PLACEMENTS["best-fit"], 1)
    scheduler = Scheduler(policy, [("a", 1)], lambda event: None, lambda: woken.append(1))
    scheduler.announce_node(0, NodeId(1), "pool", Resources(1000, 1024), ())
    scheduler.admit_node(0, NodeId(1))
    for job in (1, 2):
        scheduler.submit(0, JobId(job), 1, "a", "l", Resources(1000, 1024), (), 0)
    scheduler.run_round(0)
    assert scheduler.queue.parked
    woken.clear()
    scheduler.release(5, AssignmentId(1))
    assert woken
    assert not scheduler.queue.parked
    scheduler.run_round(5)
    assert [one.demand.job for one in scheduler.assignments.values()] == [2]


COMMANDS = ("placed", "started", "displaced", "retry", "expire", "COMPLETED", "FAILED", "TIMED_OUT", "LOST")


@given(
    needs=st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=1, max_size=6),
    commands=st.lists(st.tuples(st.integers(1, 6), st.sampled_from(COMMANDS), st.integers(1, 3)), max_size=80),
)
@settings(max_examples=300, deadline=None)
def test_every_job_ends_exactly_once_whatever_the_order_of_messages(needs, commands) -> None:
    """Late, doubled and impossible messages change nothing; a job is queued only after its needs have succeeded."""
    events: list = []
    orchestrator = Orchestrator(events.append)
    specs = tuple(
        JobSpec(
            f"j{i}",
            "l",
            Resources(1),
            needs=tuple(sorted({f"j{n}" for n in wanted if n < i})),
            retry=RetryPolicy(user=1),
        )
        for i, wanted in enumerate(needs)
    )
    orchestrator.submit(0, "t", PipelineSpec(specs), [JobId(i + 1) for i in range(len(specs))])

    def send(job, command, attempt, now) -> None:
        if command == "placed":
            orchestrator.placed(now, job, attempt, AssignmentId(1))
        elif command in ("started", "retry", "expire"):
            getattr(orchestrator, command)(now, job, attempt)
        elif command == "displaced":
            orchestrator.displaced(now, job, AssignmentId(1))
        else:
            cause = {"COMPLETED": "", "LOST": "infra"}.get(command, "user")
            orchestrator.attempt_ended(now, job, attempt, command, cause)

    for now, (job, command, attempt) in enumerate(commands, 1):
        send(JobId(job), command, attempt, now)
    for _ in range(20):  # then let everything succeed
        for id, job in list(orchestrator.jobs.items()):
            for command in ("retry", "placed", "started", "COMPLETED"):
                send(id, command, job.attempt, 1000)
    ended = [event.job for event in events if isinstance(event, JobEnded)]
    assert sorted(ended) == list(range(1, len(specs) + 1))
    assert not orchestrator.jobs
    (last,) = [event for event in events if isinstance(event, PipelineEnded)]
    assert events[-1] is last
    state = {event.job: event.state for event in events if isinstance(event, JobEnded)}
    for i, spec in enumerate(specs):
        if state[i + 1] != "SKIPPED":
            assert all(state[int(need[1:]) + 1] == "SUCCEEDED" for need in spec.needs)


def test_offers_hold_what_they_say() -> None:
    events: list = []
    scheduler = make(("drf", "fifo", "spread"), NodeIndex, events)
    for node in (1, 2):
        scheduler.announce_node(0, NodeId(node), "pool", Resources(4000, 4096), ())
        scheduler.admit_node(0, NodeId(node))
    for job in range(1, 5):
        scheduler.submit(0, JobId(job), 1, "a", "l", Resources(1000, 1024), (), 0)
    offers = [scheduler.open_offer(0) for _ in range(4)]
    assert [offer.node.id for offer in offers] == [1, 2, 1, 2], "spread, ties to the lower row"
    assert [event.expires_at_us for event in events if isinstance(event, OfferOpened)] == [1_000_000] * 4
    scheduler.expire(1_000_000, offers[0])
    assert scheduler.ledger.free(offers[0].node.row).cpu_millis == 3000
    assert scheduler.open_offer(1_000_001).demand.job == 1, "where it stood: first"

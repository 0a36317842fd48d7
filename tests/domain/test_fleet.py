"""Machines through anything that can happen to them: limits hold, nothing leaks, and no call passes an open circuit."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.contracts import workers as w
from domain.shared.events import Event
from domain.shared.ids import NodeId
from domain.shared.refusals import Refused
from domain.shared.resources import Resources
from domain.workers.endpoint import EndpointRules
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.scaling import UnmetDemand
from domain.workers.targets import ScalingRules
from sim.checkers_workers import MachinesKeepTheirLimits

ASK = Resources(1000)
NO = Refused("api-error")


def pool(name: str, least: int = 0, most: int | None = None, **changes) -> PoolSpec:
    return PoolSpec(name, "p", ASK * 2, (), least, most, 10, False, 5, **changes)


class World:
    """A provider's interface that a test may break."""

    def __init__(self) -> None:
        self.broken = False
        self.calls = 0

    def start(self, now: int, pool: str) -> Refused | None:
        self.calls += 1
        return NO if self.broken else None

    def stop(self, now: int, pool: str) -> None:
        """Always works."""


def a_fleet(*pools: PoolSpec, quota: int | None = None, **rules) -> tuple[Machines, list[Event], World]:
    said: list[Event] = []
    fleet = Machines(pools, [Provider(1, "p", quota)], said.append, {"p": EndpointRules(**rules)})
    fleet.lifecycle = world = World()
    return fleet, said, world


def of(kind: type[Event], said: list[Event]) -> list:
    return [event for event in said if isinstance(event, kind)]


def demand(jobs: int) -> list[UnmetDemand]:
    return [UnmetDemand(ASK, (), jobs)]


# --- orders that come to nothing -------------------------------------------------------------------------------------


def test_a_failed_order_counts_nothing_and_says_when_to_try_again() -> None:
    fleet, said, world = a_fleet(pool("a"), quota=9, first_us=100)
    world.broken = True
    assert fleet.order(5, "a") == NO
    assert said == [w.OrderFailed(5, "p", "a", "api-error", 105)]
    assert (fleet.booting["a"], fleet.providers["p"].machines) == (0, 0)
    assert fleet.order(50, "a").reason == "backing-off"
    assert (world.calls, len(said)) == (1, 1), "no call, and nothing new to say"
    world.broken = False
    assert fleet.order(105, "a") == NodeId(1), "and no number was used up"


def test_a_provider_whose_circuit_is_open_is_degraded_until_it_closes() -> None:
    fleet, said, world = a_fleet(pool("a"), failures=2, open_us=1000, first_us=1)
    world.broken = True
    fleet.order(0, "a")
    fleet.order(1, "a")
    assert of(w.CircuitChanged, said) == [w.CircuitChanged(1, "p", "OPEN", 1001)]
    assert of(w.ProviderChanged, said) == [w.ProviderChanged(1, "p", "DEGRADED", "circuit-open")]
    assert fleet.order(999, "a").reason == "circuit-open"
    world.broken = False
    fleet.order(1001, "a")
    assert [event.state for event in of(w.CircuitChanged, said)] == ["OPEN", "HALF_OPEN", "CLOSED"]
    assert fleet.providers["p"].state == "ACTIVE"


def test_demand_goes_to_another_provider_while_a_circuit_is_open() -> None:
    said: list[Event] = []
    pools = [pool("a"), PoolSpec("b", "q", ASK * 2, (), 0, None, 10, False, 5)]
    fleet = Machines(
        pools, [Provider(1, "p", None), Provider(2, "q", None)], said.append, {"p": EndpointRules(failures=1)}
    )
    fleet.lifecycle = world = World()
    world.broken = True
    fleet.order(0, "a")
    world.broken = False
    fleet.follow(1, demand(4))
    assert [event.pool for event in of(w.MachineOrdered, said)] == ["b", "b"]


def test_orders_beyond_the_rate_limit_wait_for_it() -> None:
    fleet, said, _ = a_fleet(pool("a"), calls=3, per_us=300)
    fleet.follow(0, demand(20))
    assert fleet.booting["a"] == 3
    assert of(w.OrderFailed, said) == [w.OrderFailed(0, "p", "a", "rate-limited", 100)]
    fleet.follow(100, demand(20))
    assert fleet.booting["a"] == 4


# --- spares, schedules, stopped machines ------------------------------------------------------------------------------


def test_spare_machines_are_kept_beyond_what_demand_asks_for() -> None:
    fleet, _, _ = a_fleet(pool("a", scaling=ScalingRules(spare=(2,))))
    fleet.stand(0)
    for id in list(fleet.live):
        fleet.booted(0, id)
    assert fleet.books["a"].idle == 2
    fleet.took_job(1, NodeId(1))
    for now in (1, 2, 3):
        fleet.follow(now, ())
    assert fleet.booting["a"] == 1, "one for the one that was taken, once"
    fleet.booted(4, NodeId(3))
    assert not fleet.may_return(fleet.live[NodeId(2)], 4)
    fleet.lost_job(5, NodeId(1))
    assert fleet.may_return(fleet.live[NodeId(2)], 5), "three are idle now"


def test_a_stopped_machine_is_taken_first_and_prepared_anew() -> None:
    fleet, _, _ = a_fleet(pool("a", stopped_machines=2))
    assert [fleet.live[fleet.order(1, "a")].resumed for _ in range(3)] == [True, True, False]
    for _ in range(5):
        fleet.restock("a")
    assert fleet.books["a"].stopped == 2
    assert fleet.live[fleet.order(2, "a")].resumed


def test_steering_up_orders_what_is_missing_and_down_takes_idle_ones_after_the_cool_down() -> None:
    fleet, _, _ = a_fleet(pool("a", 1, 5, scaling=ScalingRules("queue-length", cool_down_us=100)))
    for _ in range(2):
        assert fleet.steer(0, "a", 9) == []
    assert fleet.booting["a"] == 5, "the maximum, and what boots is there"
    for id in list(fleet.live):
        fleet.booted(10, id)
    fleet.took_job(11, NodeId(1))
    assert fleet.steer(99, "a", 0) == []
    assert [one.id for one in fleet.steer(100, "a", 0)] == [2, 3, 4, 5], "not the busy one, and the minimum stays"
    assert [one.id for one in fleet.steer(100, "a", 3)] == [2, 3]


def test_only_where_it_is_allowed_does_shrinking_take_machines_with_jobs() -> None:
    for allowed in (False, True):
        rules = ScalingRules("queue-length", cool_down_us=0, kills_busy=allowed)
        fleet, _, _ = a_fleet(pool("a", scaling=rules))
        for _ in range(3):
            fleet.booted(0, fleet.order(0, "a"))
        for id in (1, 2):
            fleet.took_job(1, NodeId(id))
        assert [one.id for one in fleet.steer(5, "a", 0)] == ([3, 2, 1] if allowed else [3])


def test_zones_take_turns_whatever_leaves() -> None:
    fleet, said, _ = a_fleet(pool("a", zones=("x", "y", "z")))
    for now in range(4):
        fleet.order(now, "a")
        fleet.returned(now, NodeId(now + 1))
    assert [event.attributes for event in of(w.MachineOrdered, said)] == [
        ("zone=x",), ("zone=y",), ("zone=z",), ("zone=x",),
    ]  # fmt: skip


def test_a_machine_for_one_job_takes_no_second_and_goes() -> None:
    fleet, said, _ = a_fleet(pool("a", one_job=True))
    node = fleet.order(0, "a")
    fleet.booted(1, node)
    fleet.took_job(2, node)
    assert said[-1] == w.MachineLeaving(2, node, "a", "one-job", 0, 0)
    fleet.lost_job(3, node)
    assert said[-1] == w.MachineSpent(3, node, "a")
    assert not fleet.may_return(fleet.live[node], 3)


# --- any history -----------------------------------------------------------------------------------------------------

POOLS = (
    pool("a", 1, 3, zones=("x", "y")),
    pool("b", 0, 4, scaling=ScalingRules("queue-length", cool_down_us=3, kills_busy=True), stopped_machines=1),
    pool("c", 0, None, scaling=ScalingRules(spare=(1,))),
    pool("d", 2, 2),
)
QUOTA = 9


class AnyHistoryOfMachines(RuleBasedStateMachine):
    """The checker that watches runs watches here too; its books come from events only."""

    @initialize(calls=st.sampled_from([0, 4]))
    def begin(self, calls: int) -> None:
        rules = EndpointRules(calls=calls, per_us=20, failures=2, open_us=10, first_us=1, longest_us=4)
        self.checker = MachinesKeepTheirLimits({one.name: one.max_machines for one in POOLS}, {"p": QUOTA})
        self.said: list[Event] = []
        self.fleet = Machines(POOLS, [Provider(1, "p", QUOTA)], self.hear, {"p": rules})
        self.fleet.lifecycle = self.world = World()
        self.now = 0
        self.fleet.stand(0)

    def hear(self, event: Event) -> None:
        self.said.append(event)
        handler = self.checker.subscriptions().get(type(event))
        if handler:
            handler(event)

    def some(self, data: st.DataObject) -> NodeId:
        return data.draw(st.sampled_from(sorted(self.fleet.live)))

    @rule(step=st.integers(0, 12), broken=st.booleans())
    def time_passes(self, step: int, broken: bool) -> None:
        self.now += step
        self.world.broken = broken

    @rule(jobs=st.integers(0, 12))
    def demand_is_followed(self, jobs: int) -> None:
        calls, circuit = self.world.calls, self.fleet.endpoints["p"]
        closed = circuit.state == "OPEN" and self.now < circuit.retry_at_us
        self.fleet.follow(self.now, demand(jobs))
        assert not closed or self.world.calls == calls, "an open circuit passes nothing"

    @rule(machines=st.integers(0, 6))
    def pool_is_steered(self, machines: int) -> None:
        for machine in self.fleet.steer(self.now, "b", machines):
            self.fleet.failed(self.now, machine.id, "scale-down")

    @precondition(lambda self: self.fleet.live)
    @rule(data=st.data(), what=st.sampled_from(["boot", "fail", "down", "up", "notice", "return", "take", "lose"]))
    def something_happens(self, data: st.DataObject, what: str) -> None:
        fleet, now, id = self.fleet, self.now, self.some(data)
        machine = fleet.live[id]
        for _ in range(2):  # news may come twice
            if what == "boot":
                fleet.booted(now, id)
            elif what == "fail":
                fleet.failed(now, id, "crash")
            elif what == "down":
                fleet.failed(now, id, "crash", comes_back=True)
            elif what == "up":
                fleet.recovered(now, id)
            elif what == "notice":
                fleet.leaving(now, id, "spot", now + 5)
            elif what == "return" and (machine.down or fleet.may_return(machine, now)):
                fleet.returned(now, id)
        if what == "take" and machine.ready and machine.up:
            fleet.took_job(now, id)
        elif what == "lose" and machine.jobs:
            fleet.lost_job(now, id)

    @rule(move=st.sampled_from(["maintain", "recover", "degrade"]))
    def provider_changes(self, move: str) -> None:
        self.fleet.change_provider(self.now, "p", move, "test")

    @precondition(lambda self: self.now > 100)
    @rule()
    def provider_gives_up(self) -> None:
        """For good: whatever is said of it later, it takes no more orders."""
        self.fleet.change_provider(self.now, "p", "disable", "test")
        ordered = len(of(w.MachineOrdered, self.said))
        for move in ("maintain", "recover", "degrade"):
            self.fleet.change_provider(self.now, "p", move, "test")
        self.fleet.follow(self.now, demand(3))
        assert self.fleet.providers["p"].state == "DISABLED"
        assert len(of(w.MachineOrdered, self.said)) == ordered

    @invariant()
    def every_count_is_what_is_there(self) -> None:
        if not hasattr(self, "fleet"):
            return
        live = self.fleet.live.values()
        for one in POOLS:
            mine = [machine for machine in live if machine.pool is one]
            assert self.fleet.ready[one.name] == sum(machine.ready for machine in mine)
            assert self.fleet.booting[one.name] == sum(not machine.ready for machine in mine)
            idle = [machine for machine in mine if machine.idle_since_us >= 0]
            assert self.fleet.books[one.name].idle == len(idle)
            assert all(machine.up and machine.ready and not machine.jobs for machine in idle)
            assert 0 <= self.fleet.books[one.name].stopped <= one.stopped_machines
        assert self.fleet.providers["p"].machines == len(live) <= QUOTA

    def teardown(self) -> None:
        if not hasattr(self, "fleet"):
            return
        for id in list(self.fleet.live):
            for _ in range(2):
                self.fleet.returned(self.now, id)
        ordered, returned = of(w.MachineOrdered, self.said), of(w.MachineReturned, self.said)
        assert sorted(event.node for event in ordered) == sorted(event.node for event in returned)
        assert self.fleet.providers["p"].machines == 0


TestAnyHistoryOfMachines = AnyHistoryOfMachines.TestCase
TestAnyHistoryOfMachines.settings = settings(max_examples=150, stateful_step_count=50)

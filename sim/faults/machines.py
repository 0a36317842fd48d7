"""Machines that crash, spot machines that are taken back, and machines that are worked on."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from domain.contracts.workers import MachineReady, MachineRecovered, MachineReturned
from domain.shared.events import Translation
from domain.shared.ids import NodeId
from domain.workers.machines import Machine, Machines
from domain.workers.ports import MachineEvents
from scenarios.presets import presets
from scenarios.quantities import RATE
from scenarios.spec_workers import Crashes, Maintenance, Spot
from sim.faults.draws import coins, gaps_us, upto
from sim.processes.pulse import Pulse
from sim.streams import Streams

SPARE = 64
"""So many perils of machines that have gone are not worth looking for."""

Peril = tuple[int, NodeId, int]
"""When it strikes (µs), whom, and for the how many-th time that this machine had become ready."""


class Perils:
    """One peril per machine, drawn when the machine becomes ready; `strike(machine)` when its time has come.

    A machine that comes back is drawn for anew, and its earlier peril counts no longer. Machines may go long before
    theirs come: perils are kept here, those of machines that have gone are dropped, and the calendar knows only the
    next. Of `_rings`, what the calendar knows, the last is the earliest.
    """

    def __init__(self, pulse: Pulse, machines: Machines, strike: Callable[[Machine], None]) -> None:
        self._pulse, self._machines, self._strike = pulse, machines, strike
        self._gaps: dict[str, Callable[[], int]] = {}
        self._turn: dict[NodeId, int] = {}
        self._ahead: list[Peril] = []  # a heap
        self._rings: list[int] = []

    def __len__(self) -> int:
        """How many perils and timers are kept, those of machines that have gone among them."""
        return len(self._ahead) + len(self._rings)

    def threaten(self, pool: str, gaps: Callable[[], int]) -> None:
        """Machines of the pool are struck after such times."""
        self._gaps[pool] = gaps

    def subscriptions(self) -> Translation:
        return {MachineReady: self._ready, MachineRecovered: self._ready, MachineReturned: self._returned}

    def _ready(self, event: MachineReady | MachineRecovered) -> None:
        gaps = self._gaps.get(event.pool)
        if gaps is not None:
            turn = self._turn[event.node] = self._turn.get(event.node, 0) + 1
            if self._pulse.sleeps:
                self._pulse.after(0, self._draw_near, (gaps(), event.node, turn))
            else:
                self._draw_near((gaps(), event.node, turn))

    def _draw_near(self, peril: Peril) -> None:
        after, node, turn = peril
        heappush(self._ahead, (self._pulse.engine.now + after, node, turn))
        if len(self._ahead) > 2 * len(self._turn) + SPARE:
            self._ahead = [one for one in self._ahead if self._counts(one)]
            heapify(self._ahead)
        self._set_timer()

    def _returned(self, event: MachineReturned) -> None:
        self._turn.pop(event.node, None)

    def _set_timer(self) -> None:
        ahead, rings = self._ahead, self._rings
        while ahead and not self._counts(ahead[0]):
            heappop(ahead)
        if ahead and not (rings and rings[-1] <= ahead[0][0]):
            rings.append(ahead[0][0])
            self._pulse.engine.after(ahead[0][0] - self._pulse.engine.now, self._ring)

    def _ring(self, _: None) -> None:
        now = self._rings.pop()
        while self._ahead and self._ahead[0][0] <= now:
            peril = heappop(self._ahead)
            if self._counts(peril):
                self._strike(self._machines.live[peril[1]])
        self._set_timer()

    def _counts(self, peril: Peril) -> bool:
        return self._turn.get(peril[1]) == peril[2]


def crash_machines(pulse: Pulse, machines: Machines, crashes: Crashes, streams: Streams) -> Translation:
    """Every machine crashes at its rate; it comes back where the scenario says so."""
    engine, back_us = pulse.engine, crashes.comes_back
    news: MachineEvents = machines

    def strike(machine: Machine) -> None:
        if machine.down:
            return
        news.failed(engine.now, machine.id, "crash", back_us is not None)
        if back_us is not None:
            engine.after(back_us, back, machine.id)

    def back(node: NodeId) -> None:
        machines.recovered(engine.now, node)

    perils = Perils(pulse, machines, strike)
    for name in machines.pools:
        perils.threaten(name, gaps_us(crashes.rate, streams(name, "crash")))
    return perils.subscriptions()


def interrupt_spot(pulse: Pulse, machines: Machines, pools: list[str], spot: Spot, streams: Streams) -> Translation:
    """Shocks take a share of one pool and zone within minutes; the rest of the rate takes machines one by one.

    Shocks come at rate × together ÷ hits, so that each machine is interrupted at the rate of the scenario. Each gets
    its notice before it goes (arXiv 2604.16457: over 92 % of co-interruptions of a type and zone within 3 minutes).
    """
    engine = pulse.engine
    news: MachineEvents = machines
    rate = spot.rate if spot.rate is not None else float(RATE.parse(presets()["spot"][spot.preset]["rate"]))

    def notify(node: NodeId) -> None:
        machine = machines.live.get(node)
        if machine is not None and machine.ready and not machine.down:
            news.leaving(engine.now, node, "spot", engine.now + spot.notice)
            engine.after(spot.notice, take, node)

    def take(node: NodeId) -> None:
        news.failed(engine.now, node, "spot")

    def shocks(pool: str, zone: str) -> None:
        where = f"{pool}/{zone}"
        gaps = gaps_us(rate * spot.together / spot.hits, streams(where, "spot-shock"))
        hit, delay = coins(spot.hits, streams(where, "spot-hit")), upto(spot.within, streams(where, "spot-delay"))

        def shock(_: None) -> None:
            for machine in list(machines.live.values()):
                if machine.pool.name == pool and machine.zone == zone and machine.ready and hit():
                    engine.after(delay(), notify, machine.id)
            pulse.after(gaps(), shock)

        pulse.after(gaps(), shock)

    perils = Perils(pulse, machines, lambda machine: notify(machine.id))
    for name in pools:
        if spot.together:
            for zone in machines.pools[name].zones or ("",):
                shocks(name, zone)
        if spot.together < 1:
            perils.threaten(name, gaps_us(rate * (1 - spot.together), streams(name, "spot-alone")))
    return perils.subscriptions()


def maintain_machines(pulse: Pulse, machines: Machines, work: Maintenance) -> None:
    """One machine of each pool at a time: no new jobs, time for those it has to end, then the work, then it is back."""
    engine = pulse.engine
    last = dict.fromkeys(machines.pools, NodeId(0))

    def begin(pool: str) -> None:
        able = [one.id for one in machines.live.values() if one.pool.name == pool and one.ready and one.up]
        if able:
            node = last[pool] = min((id for id in able if id > last[pool]), default=min(able))
            machines.leaving(engine.now, node, "maintenance", engine.now + work.grace, comes_back=True)
            engine.after(work.grace, start, node)
        pulse.after(work.every, begin, pool)

    def start(node: NodeId) -> None:
        machine = machines.live.get(node)
        if machine is not None and not machine.up and not machine.down:
            machines.failed(engine.now, node, "maintenance", comes_back=True)
            engine.after(work.lasts, back, node)

    def back(node: NodeId) -> None:
        machines.recovered(engine.now, node)

    for pool in machines.pools:
        pulse.after(work.every, begin, pool)

"""Provisioning in time: machines boot, workers start, and idle ones are noticed, each after its delay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked
from domain.contracts.workers import (
    MachineOrdered,
    MachineReady,
    MachineRecovered,
    MachineReturned,
    WorkerBooted,
    WorkerDraining,
    WorkerReleased,
)
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import AssignmentId, NodeId, WorkerId
from domain.workers.machine import NOT_IDLE, Machine
from domain.workers.machines import Machines
from domain.workers.worker import Worker
from domain.workers.workforce import Workforce
from sim.engine import FOREVER, Engine
from sim.processes.idleness import IdleWatch

LOOK_AGAIN_US = 1_000_000
"""How soon to ask again whether a machine may go that could not go because of an offer."""

SPARES_US = 900_000_000
"""How often idle machines are looked at again that are kept as spare ones, where their number moves with the hour."""

Draw = Callable[[], int]
"""A source of delays in µs."""


@dataclass(frozen=True, slots=True)
class Boot:
    """How machines of a pool come: from nothing, or from a stopped one; and how long they are waited for."""

    delay: Draw
    resumed: Draw | None = None
    timeout_us: int = FOREVER


@dataclass(frozen=True, slots=True)
class Start:
    """How workers of a pool start; `pull` is the delay of the image, added to the first start on a machine."""

    delay: Draw
    pull: Draw | None = None
    timeout_us: int = FOREVER


def boot_machines(engine: Engine, machines: Machines, boots: Mapping[str, Boot]) -> Translation:
    """A machine registers after its boot time, or is given up; those ordered at the very start are standing already.

    A stopped machine that was taken is prepared anew in the time that a boot takes.
    """

    def ordered(event: MachineOrdered) -> None:
        boot = boots[event.pool]
        if not event.at_us:
            delay = 0
        elif boot.resumed is not None and machines.live[event.node].resumed:
            delay = boot.resumed()
            engine.after(preparation(boot), machines.restock, event.pool)
        else:
            delay = boot.delay()
        if delay > boot.timeout_us:
            engine.after(boot.timeout_us, never_came, event.node)
        elif delay:
            engine.after(delay, booted, event.node)
        else:
            machines.booted(event.at_us, event.node)

    def preparation(boot: Boot) -> int:
        """How long until another is prepared: one that never comes is given up and tried again."""
        lost = 0
        while (delay := boot.delay()) > boot.timeout_us:
            lost += boot.timeout_us
        return lost + delay

    def booted(node: NodeId) -> None:
        machines.booted(engine.now, node)

    def never_came(node: NodeId) -> None:
        machines.failed(engine.now, node, "boot-timeout")

    return {MachineOrdered: ordered}


def start_workers(engine: Engine, workforce: Workforce, starts: Mapping[str, Start]) -> Translation:
    """A worker registers after its start time, or is given up; one that stays idle for its idle time goes."""
    with_image: set[NodeId] = set()

    def booted(event: WorkerBooted) -> None:
        start = starts[event.pool]
        delay = start.delay()
        if start.pull is not None:
            node = workforce.live[event.worker].node
            if node not in with_image:
                with_image.add(node)
                delay += start.pull()
        if delay > start.timeout_us:
            engine.after(start.timeout_us, late, (event.worker, workforce.live[event.worker].assignment))
        elif delay:
            engine.after(delay, ready, event.worker)
        else:
            workforce.ready(event.at_us, event.worker)

    def ready(worker: WorkerId) -> None:
        workforce.ready(engine.now, worker)

    def late(worker: tuple[WorkerId, AssignmentId]) -> None:
        workforce.crashed(engine.now, *worker, "start-timeout")

    def over(worker: Worker) -> None:
        workforce.retire(engine.now, worker)

    def released(event: WorkerReleased) -> None:
        watches[event.pool].watch(workforce.live[event.worker])

    def draining(event: WorkerDraining) -> None:
        worker = workforce.live[event.worker]
        ttl = workforce.pools[worker.pool].worker_ttl_us
        if ttl:
            engine.after(ttl, gone, event.worker)

    def gone(worker: WorkerId) -> None:
        workforce.linger_over(engine.now, worker)

    def returned(event: MachineReturned) -> None:
        with_image.discard(event.node)

    watches = {name: IdleWatch(engine, pool.worker_idle_us, over) for name, pool in workforce.pools.items()}
    hears: Translation = {WorkerBooted: booted, WorkerReleased: released}
    if any(pool.worker_ttl_us for pool in workforce.pools.values()):
        hears[WorkerDraining] = draining
    if any(start.pull is not None for start in starts.values()):
        hears[MachineReturned] = returned
    return hears


def return_machines(
    engine: Engine, machines: Machines, scheduler: Scheduler, later: Callable[..., None] | None = None
) -> Translation:
    """A machine of an elastic pool that stays idle is given back when its idle time is over."""

    def watch(node: NodeId) -> None:
        machine = machines.live.get(node)
        if machine is not None and machine.idle_since_us != NOT_IDLE:
            pool_watch = watches.get(machine.pool.name)
            if pool_watch is not None:
                pool_watch.watch(machine)

    def over(machine: Machine) -> None:
        if machines.may_return(machine, engine.now):
            if scheduler.retire_node(engine.now, machine.id):
                engine.after(LOOK_AGAIN_US, over, machine)  # refused: it is held on an offer just now
        elif later is not None and machine.idle_since_us != NOT_IDLE and len(machine.pool.scaling.spare) > 1:
            later(SPARES_US, over, machine)

    def ready(event: MachineReady | MachineRecovered) -> None:
        watch(event.node)

    def left(event: AssignmentReleased | AssignmentRevoked) -> None:
        watch(event.node)

    watches = {pool.name: IdleWatch(engine, pool.machine_idle_us, over) for pool in machines.elastic}
    return {MachineReady: ready, MachineRecovered: ready, AssignmentReleased: left, AssignmentRevoked: left}

"""Provisioning in time: machines boot, workers start, and idle ones are noticed, each after its delay."""

from collections.abc import Callable, Mapping

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked
from domain.contracts.workers import MachineOrdered, MachineReady, WorkerBooted, WorkerReleased
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import NodeId, WorkerId
from domain.workers.machines import Machine, Machines
from domain.workers.worker import Worker
from domain.workers.workforce import Workforce
from sim.engine import Engine
from sim.processes.idleness import IdleWatch

LOOK_AGAIN_US = 1_000_000
"""How soon to ask again whether a machine may go that could not go because of an offer."""

Delays = Mapping[str, Callable[[], int]]
"""pool → a source of delays in µs."""


def boot_machines(engine: Engine, machines: Machines, boot_us: Delays) -> Translation:
    """A machine registers after its boot time; those ordered at the very start are standing already."""

    def ordered(event: MachineOrdered) -> None:
        delay = boot_us[event.pool]() if event.at_us else 0
        if delay:
            engine.after(delay, booted, event.node)
        else:
            machines.booted(event.at_us, event.node)

    def booted(node: NodeId) -> None:
        if node in machines.live:
            machines.booted(engine.now, node)

    return {MachineOrdered: ordered}


def start_workers(engine: Engine, workforce: Workforce, start_us: Delays) -> Translation:
    """A worker registers after its start time; a reusable one that stays idle goes when its idle time is over."""

    def booted(event: WorkerBooted) -> None:
        delay = start_us[event.pool]()
        if delay:
            engine.after(delay, ready, event.worker)
        else:
            workforce.ready(event.at_us, event.worker)

    def ready(worker: WorkerId) -> None:
        workforce.ready(engine.now, worker)

    def over(worker: Worker) -> None:
        workforce.retire(engine.now, worker)

    def released(event: WorkerReleased) -> None:
        watches[event.pool].watch(workforce.live[event.worker])

    watches = {name: IdleWatch(engine, pool.worker_idle_us, over) for name, pool in workforce.pools.items()}
    return {WorkerBooted: booted, WorkerReleased: released}


def return_machines(engine: Engine, machines: Machines, scheduler: Scheduler) -> Translation:
    """A machine of an elastic pool that stays idle is given back when its idle time is over."""

    def watch(node: NodeId) -> None:
        machine = machines.live.get(node)
        if machine is not None and not machine.jobs:
            pool_watch = watches.get(machine.pool.name)
            if pool_watch is not None:
                pool_watch.watch(machine)

    def over(machine: Machine) -> None:
        if machines.may_return(machine) and scheduler.retire_node(engine.now, machine.id):
            engine.after(LOOK_AGAIN_US, over, machine)  # refused: it is held on an offer just now

    def ready(event: MachineReady) -> None:
        watch(event.node)

    def left(event: AssignmentReleased | AssignmentRevoked) -> None:
        watch(event.node)

    watches = {pool.name: IdleWatch(engine, pool.machine_idle_us, over) for pool in machines.elastic}
    return {MachineReady: ready, AssignmentReleased: left, AssignmentRevoked: left}

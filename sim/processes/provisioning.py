"""Provisioning in time: machines boot, workers start, and idle ones are noticed, each after its delay."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.contracts.scheduling import AssignmentReleased, AssignmentRevoked
from domain.contracts.workers import MachineOrdered, MachineReady, WorkerBooted, WorkerReleased
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import NodeId
from domain.workers.machines import Machines
from domain.workers.worker import Worker
from domain.workers.workforce import Workforce
from sim.engine import Engine

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

    def booted(timer: Any) -> None:
        if timer.value in machines.live:
            machines.booted(engine.now, timer.value)

    return {MachineOrdered: ordered}


def start_workers(engine: Engine, workforce: Workforce, start_us: Delays) -> Translation:
    """A worker registers after its start time; one that stays idle is looked at again when its idle time is over."""

    def booted(event: WorkerBooted) -> None:
        delay = start_us[event.pool]()
        if delay:
            engine.after(delay, ready, event.worker)
        else:
            workforce.ready(event.at_us, event.worker)

    def ready(timer: Any) -> None:
        workforce.ready(engine.now, timer.value)

    def released(event: WorkerReleased) -> None:
        watch(workforce.live[event.worker])

    def watch(worker: Worker) -> None:
        """One timer a worker: one that works in between moves the time at which the next look is due."""
        if not worker.watched:
            worker.watched = True
            engine.after(workforce.idle_until(worker) - engine.now, look, worker)

    def look(timer: Any) -> None:
        worker: Worker = timer.value
        worker.watched = False
        if workforce.idle_expired(engine.now, worker.id):
            watch(worker)

    return {WorkerBooted: booted, WorkerReleased: released}


def return_machines(engine: Engine, machines: Machines, scheduler: Scheduler) -> Translation:
    """A machine of an elastic pool that became idle is looked at again when its idle time would be over."""

    def watch(node: NodeId) -> None:
        """One timer a machine: a machine that works in between moves the time at which the next look is due."""
        machine = machines.live.get(node)
        if machine is not None and machine.pool.elastic and not machine.jobs and not machine.watched:
            machine.watched = True
            engine.after(machine.idle_since_us + machine.pool.machine_idle_us - engine.now, look, node)

    def look(timer: Any) -> None:
        node = timer.value
        machine = machines.live.get(node)
        if machine is None:
            return
        machine.watched = False
        if machines.may_return(engine.now, node):
            if scheduler.retire_node(engine.now, node):  # refused: it is held on an offer just now
                machine.watched = True
                engine.after(LOOK_AGAIN_US, look, node)
        elif engine.now < machine.idle_since_us + machine.pool.machine_idle_us:
            watch(node)

    def ready(event: MachineReady) -> None:
        watch(event.node)

    def left(event: AssignmentReleased | AssignmentRevoked) -> None:
        watch(event.node)

    return {MachineReady: ready, AssignmentReleased: left, AssignmentRevoked: left}

"""Workers and Scheduling are partners: a machine on order is a node that joins, a booted one may be offered."""

from domain.contracts.workers import MachineOrdered, MachineReady
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation


def translate(scheduler: Scheduler) -> Translation:
    def ordered(event: MachineOrdered) -> None:
        scheduler.announce_node(event.at_us, event.node, event.pool, event.capacity, event.labels)

    def ready(event: MachineReady) -> None:
        scheduler.admit_node(event.at_us, event.node)

    return {MachineOrdered: ordered, MachineReady: ready}

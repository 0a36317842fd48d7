"""Workers and Scheduling are partners: a machine on order is a node that joins, a booted one may be offered."""

from domain.contracts.workers import (
    JobStranded,
    MachineFailed,
    MachineLeaving,
    MachineOrdered,
    MachineReady,
    MachineRecovered,
    MachineSpent,
)
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation


def translate(scheduler: Scheduler) -> Translation:
    def ordered(event: MachineOrdered) -> None:
        scheduler.announce_node(
            event.at_us, event.node, event.pool, event.capacity, event.labels, event.attributes, event.taints
        )

    def ready(event: MachineReady) -> None:
        node = scheduler.nodes.get(event.node)
        if node is not None and node.state == "JOINING":  # heard again later, it says nothing about how the node is
            scheduler.admit_node(event.at_us, event.node)

    def failed(event: MachineFailed) -> None:
        if scheduler.is_news(event.node, event.turn):
            scheduler.lose_node(event.at_us, event.node, bool(event.comes_back), event.cause)

    def leaving(event: MachineLeaving) -> None:
        """Where it is known when a machine goes for good, whoever is on it is asked to leave; else nobody new comes."""
        if not scheduler.is_news(event.node, event.turn):
            return
        if event.comes_back or not event.gone_at_us:
            scheduler.cordon_node(event.at_us, event.node)
        else:
            left = max(event.gone_at_us - event.at_us, 0)  # the notice may come after the machine should have gone
            scheduler.drain_node(event.at_us, event.node, event.cause, left)

    def spent(event: MachineSpent) -> None:
        scheduler.drain_node(event.at_us, event.node, "spent")

    def recovered(event: MachineRecovered) -> None:
        if not scheduler.is_news(event.node, event.turn):
            return
        node = scheduler.nodes.get(event.node)
        if node is not None and node.state == "DOWN":
            scheduler.admit_node(event.at_us, event.node)
        else:
            scheduler.uncordon_node(event.at_us, event.node)

    def stranded(event: JobStranded) -> None:
        scheduler.revoke(event.at_us, event.assignment, event.cause)

    return {
        MachineOrdered: ordered,
        MachineReady: ready,
        MachineFailed: failed,
        MachineLeaving: leaving,
        MachineRecovered: recovered,
        MachineSpent: spent,
        JobStranded: stranded,
    }

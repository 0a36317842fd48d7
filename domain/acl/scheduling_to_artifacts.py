"""Scheduling tells Artifacts of nodes that went: what lay on their disks is gone with them."""

from domain.artifacts.node_disks import NodeDisks
from domain.contracts.scheduling import NodeGone
from domain.shared.events import Translation


def translate(disks: NodeDisks) -> Translation:
    def gone(event: NodeGone) -> None:
        disks.forget(event.node)

    return {NodeGone: gone}

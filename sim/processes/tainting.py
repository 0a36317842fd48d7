"""Pools whose machines repel jobs for a while, as somebody who looks after them would have it."""

from collections.abc import Sequence

from domain.contracts.scheduling import NodeReady
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation
from domain.shared.ids import NodeId
from domain.shared.requirements import Taint
from scenarios.notations import taint
from scenarios.spec_workers import Tainting
from sim.engine import Engine


def taint_machines(engine: Engine, scheduler: Scheduler, taints: Sequence[Tainting]) -> Translation:
    """A timer for each beginning and end; machines that come, or come back, meanwhile are tainted as the others are."""
    now_on: dict[str, dict[str, Taint]] = {}  # pool → key → what its machines repel for the time being

    def begins(one: Tainting) -> None:
        repels = taint(one.taint)
        now_on.setdefault(_pool(one), {})[repels.key] = repels
        for node in nodes(one):
            scheduler.taint_node(engine.now, node, repels)
        engine.after(one.lasts, ends, one)

    def ends(one: Tainting) -> None:
        key = taint(one.taint).key
        del now_on[_pool(one)][key]
        for node in nodes(one):
            scheduler.untaint_node(engine.now, node, key)

    def ready(event: NodeReady) -> None:
        for repels in now_on.get(scheduler.nodes[event.node].pool, {}).values():
            scheduler.taint_node(event.at_us, event.node, repels)

    def nodes(one: Tainting) -> list[NodeId]:
        return [node.id for node in scheduler.nodes.values() if node.pool == _pool(one)]

    for one in taints:
        engine.after(one.at, begins, one)
    return {NodeReady: ready}


def _pool(one: Tainting) -> str:
    return f"{one.provider}/{one.pool}"

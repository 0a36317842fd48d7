"""From what a scenario says about how nodes are found to the node choice of its scheduler: readable or compiled."""

from collections.abc import Callable
from logging import getLogger

from domain.scheduling.index import NodeIndex
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.policies import PLACEMENTS, Placement
from domain.scheduling.scan import NodeChoice
from scenarios.spec import Scenario, Scheduling

log = getLogger("windtunnel")
MANY_NODES = 2000
"""From here on the compiled path pays for the half second that loading it takes."""


def choice_of(scenario: Scenario, scheduling: Scheduling) -> Callable[[CapacityLedger, Placement], NodeChoice]:
    """Whichever it is, the decisions are the same."""
    if scheduling.path == "readable" or (scheduling.path == "auto" and _most_nodes(scenario) < MANY_NODES):
        return NodeIndex
    from domain.scheduling.fastpath.selection import choice_for  # loads numba
    from sim.adapters.kernel_cache import folder, is_new

    if is_new():
        log.warning("Compiling the fast path, once for these rules: some seconds (kept in %s).", folder())
    return choice_for(scheduling.path, PLACEMENTS[scheduling.placement], folder())


def _most_nodes(scenario: Scenario) -> int:
    """How many machines the fleet may have at once, without pools that have no end."""
    pools = (pool.nodes for provider in scenario.fleet.providers.values() for pool in provider.pools.values())
    return sum(nodes.min if nodes.max == "unlimited" else nodes.max for nodes in pools)

"""The commands about nodes: they come, are cordoned, tainted, drained or lost, and what is on them follows.

All name the node and may come late or twice: a node that is unknown, or not in a state for it, is a refusal.
"""

from domain.scheduling.nodes import Node
from domain.scheduling.recall import Recall
from domain.shared.ids import NodeId
from domain.shared.matching import parse_attribute, parse_taint, tolerated
from domain.shared.refusals import Refused
from domain.shared.requirements import Taint
from domain.shared.resources import Resources

UNKNOWN = Refused("unknown-node")


class Upkeep(Recall):
    """What whoever looks after the machines may ask of the scheduler."""

    def announce_node(
        self, now: int, id: NodeId, pool: str, capacity: Resources, labels: tuple[str, ...],
        attributes: tuple[str, ...] = (), taints: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """A node is on its way: it has a row, but nothing is offered on it yet.

        `attributes` are `key=value`, `taints` are `key=value:Effect`. A node is announced once; no id comes back.
        """
        if not self._announced.first(id):
            return
        row = self.ledger.open_row(capacity)
        keys, repels = tuple(map(parse_attribute, attributes)), tuple(map(parse_taint, taints))
        node = self.nodes[id] = Node(
            id, self.ledger, row, pool, capacity, frozenset(labels), keys, repels,
            price_udollars=self.prices.get(pool, 0),
        )  # fmt: skip
        self._node_in[node.row] = node
        self._choice.describe(row, node.kind)
        self._publish(node.announce(now))

    def is_news(self, id: NodeId, turn: int) -> bool:
        """Whether this is later than all that was heard of how the node fares; from now on it is not."""
        node = self.nodes.get(id)
        if node is None or turn <= node.turn:
            return False
        node.turn = turn
        return True

    def admit_node(self, now: int, id: NodeId) -> Refused | None:
        """The node has come, or come back, and may be offered, under a new epoch."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state not in ("JOINING", "DOWN"):
            return Refused("node-not-expected", node.state)
        event = node.join(now)
        self._turns.recount(node.capacity, 1)
        self._publish(event)
        self._gained(node.row)
        self._nodes_changed()
        return None

    def retire_node(self, now: int, id: NodeId) -> Refused | None:
        """Cordon, drain and remove an empty node; refused while anything is on it or it is not ready."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state != "READY":
            return Refused("node-not-ready", node.state)
        if not self.ledger.is_empty(node.row):
            return Refused("node-in-use")
        self._publish(node.cordon(now))
        self._publish(node.drain(now, "idle", now))
        self._drained(now, node)
        return None

    def caches_changed(self) -> None:
        """What lies on nodes is not what it was: jobs that wait for the right neighbourhood look again."""
        self._nodes_changed()

    def cordon_node(self, now: int, id: NodeId) -> Refused | None:
        """The node takes no new work; offers there are rescinded, what runs goes on."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state == "CORDONED":
            return None
        if node.state != "READY":
            return Refused("node-not-ready", node.state)
        self._cordon(now, node)
        return None

    def uncordon_node(self, now: int, id: NodeId) -> Refused | None:
        """The node takes work again, under the epoch that it had."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state == "READY":
            return None
        if node.state != "CORDONED":
            return Refused("node-not-cordoned", node.state)
        self._publish(node.uncordon(now))
        self._gained(node.row)
        self._nodes_changed()
        return None

    def drain_node(self, now: int, id: NodeId, reason: str, grace_us: int = 0) -> Refused | None:
        """Empty the node, then let it go: those who hold it are asked to leave, and made to when the grace is over."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state == "DRAINING":
            return None
        if node.state not in ("READY", "CORDONED"):
            return Refused("node-not-ready", node.state)
        if node.state == "READY":
            self._cordon(now, node)
        self._publish(node.drain(now, reason, now + grace_us))
        work = [one for one in self.assignments.values() if one.node is node]
        if not work:
            self._drained(now, node)
            return None
        self._rescind_inverse(now, node, "node-draining")
        self._ask_back(now, node, work, reason, now + grace_us)
        return None

    def lose_node(self, now: int, id: NodeId, comes_back: bool = False, reason: str = "node-lost") -> Refused | None:
        """A live node died: its offers are rescinded, its assignments revoked; it leaves unless it `comes_back`."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if node.state != "DOWN":
            was_counted = node.state != "JOINING"
            event = node.lose(now)
            self._choice.touch(node.row)
            if was_counted:
                self._turns.recount(node.capacity, -1)
            self._publish(event)
            self._rescind_offers(now, node, reason)
            self._rescind_inverse(now, node, reason)
            for assignment in [one for one in self.assignments.values() if one.node is node]:
                self._revoke(now, assignment, reason)
            self._nodes_changed()
        if not comes_back:
            self._publish(node.leave(now))
            self._forget(node)
        return None

    def taint_node(self, now: int, id: NodeId, taint: Taint) -> Refused | None:
        """The node repels jobs that do not tolerate this; NoExecute also evicts those that run there."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        if taint in node.taints:
            return None
        kept = tuple(one for one in node.taints if (one.key, one.effect) != (taint.key, taint.effect))
        self._become(now, node, (*kept, taint))
        if taint.effect == "PreferNoSchedule":
            return None
        reason = f"taint:{taint.key}"
        for offer in [one for one in self.offers.values() if one.node is node]:
            if not tolerated(offer.demand.requirements.tolerations, taint):
                self.rescind(now, offer, reason)
        if taint.effect == "NoExecute":
            for assignment in [one for one in self.assignments.values() if one.node is node]:
                if not tolerated(assignment.demand.requirements.tolerations, taint):
                    self._revoke(now, assignment, reason)
        if id in self.nodes:  # it may have been a draining one that is empty now
            self._gained(node.row)  # who tolerates this one may not have tolerated what it replaces
        return None

    def untaint_node(self, now: int, id: NodeId, key: str) -> Refused | None:
        """The node has no taint of this key any more."""
        node = self.nodes.get(id)
        if node is None:
            return UNKNOWN
        kept = tuple(one for one in node.taints if one.key != key)
        if kept != node.taints:
            self._become(now, node, kept)
            self._gained(node.row)
        return None

    # --- inside --------------------------------------------------------------------------------------------------

    def _cordon(self, now: int, node: Node) -> None:
        event = node.cordon(now)
        self._choice.touch(node.row)
        self._publish(event)
        self._rescind_offers(now, node, "node-cordoned")
        self._nodes_changed()

    def _become(self, now: int, node: Node, taints: tuple[Taint, ...]) -> None:
        event = node.become(now, taints)
        self._choice.describe(node.row, node.kind)
        self._publish(event)
        self._nodes_changed()

    def _rescind_offers(self, now: int, node: Node, reason: str) -> None:
        for offer in [offer for offer in self.offers.values() if offer.node is node]:
            self.rescind(now, offer, reason)

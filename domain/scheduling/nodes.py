"""Node: a machine that capacity may be offered on, as a view of its row in the ledger."""

from typing import ClassVar

from domain.contracts.scheduling import (
    NodeCordoned,
    NodeDown,
    NodeDraining,
    NodeGone,
    NodeJoined,
    NodeReady,
    NodeTainted,
)
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import STATES, CapacityLedger
from domain.shared.events import Event
from domain.shared.ids import NodeId
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.matching import as_text
from domain.shared.requirements import Taint
from domain.shared.resources import Resources


class Node(Aggregate, eq=False):
    """JOINING → READY ⇄ CORDONED → DRAINING → GONE; any live state → DOWN → READY | GONE.

    Its state and epoch live in the ledger; the epoch grows each time the node becomes ready anew, so that a claim
    made before it went away can never commit.
    """

    INITIAL: ClassVar[str] = "JOINING"
    MOVES: ClassVar[Table] = {
        "JOINING": {"join": "READY", "lose": "DOWN"},
        "READY": {"cordon": "CORDONED", "lose": "DOWN"},
        "CORDONED": {"uncordon": "READY", "drain": "DRAINING", "lose": "DOWN"},
        "DRAINING": {"leave": "GONE", "lose": "DOWN"},
        "DOWN": {"join": "READY", "leave": "GONE"},
        "GONE": {},
    }

    id: NodeId
    ledger: CapacityLedger
    row: int
    pool: str
    capacity: Resources
    labels: frozenset[str]
    attributes: tuple[tuple[str, str], ...] = ()
    taints: tuple[Taint, ...] = ()
    turn: int = -1  # of the latest news of how the machine fares
    price_udollars: int = 0  # per hour; 0 where placement does not ask

    @property
    def kind(self) -> NodeKind:
        return NodeKind(self.capacity, self.labels, self.attributes, self.taints, self.price_udollars)

    @property
    def state(self) -> str:
        return STATES[self.ledger.state[self.row]]

    @state.setter
    def state(self, value: str) -> None:
        self.ledger.state[self.row] = STATES.index(value)

    @property
    def epoch(self) -> int:
        return self.ledger.epoch[self.row]

    def announce(self, now: int) -> Event:
        attributes = tuple(f"{key}={value}" for key, value in self.attributes)
        labels, taints = tuple(sorted(self.labels)), tuple(map(as_text, self.taints))
        return NodeJoined(now, self.id, self.pool, self.capacity, labels, attributes, taints)

    def join(self, now: int) -> Event:
        self.move("join")
        self.ledger.epoch[self.row] += 1
        return NodeReady(now, self.id, self.epoch)

    def cordon(self, now: int) -> Event:
        self.move("cordon")
        return NodeCordoned(now, self.id)

    def uncordon(self, now: int) -> Event:
        self.move("uncordon")
        return NodeReady(now, self.id, self.epoch)

    def drain(self, now: int, reason: str, deadline_us: int) -> Event:
        self.move("drain")
        return NodeDraining(now, self.id, reason, deadline_us)

    def become(self, now: int, taints: tuple[Taint, ...]) -> Event:
        """Its taints change; a taint is a property, not a state."""
        self.taints = taints
        return NodeTainted(now, self.id, tuple(map(as_text, taints)))

    def lose(self, now: int) -> Event:
        self.move("lose")
        return NodeDown(now, self.id, self.epoch)

    def leave(self, now: int) -> Event:
        self.move("leave")
        return NodeGone(now, self.id)

"""Node: a machine that capacity may be offered on, as a view of its row in the ledger."""

from typing import ClassVar

from domain.contracts.scheduling import NodeCordoned, NodeDown, NodeDraining, NodeGone, NodeJoined, NodeReady
from domain.scheduling.ledger import STATES, CapacityLedger
from domain.shared.events import Event
from domain.shared.ids import NodeId
from domain.shared.lifecycle import Aggregate, Table
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
        return NodeJoined(now, self.id, self.pool, self.capacity)

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

    def drain(self, now: int) -> Event:
        self.move("drain")
        return NodeDraining(now, self.id)

    def lose(self, now: int) -> Event:
        self.move("lose")
        return NodeDown(now, self.id, self.epoch)

    def leave(self, now: int) -> Event:
        self.move("leave")
        return NodeGone(now, self.id)

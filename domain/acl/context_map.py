"""The context map: how each pair of contexts stands to each other, in the words of E. Evans (2003).

Names in `upstream` and `downstream` are contexts; EVERY is each context without an entry of its own, OUTSIDE each
system that is not ours. A translation `<upstream>_to_<downstream>` in this package needs an entry (tests/architecture).
"""

from collections.abc import Collection
from typing import Literal

import msgspec

Kind = Literal[
    "customer/supplier", "partnership", "open host service", "published language", "conformist", "anti-corruption layer"
]
EVERY, OUTSIDE = "*", "outside"

MEANINGS: dict[Kind, str] = {
    "customer/supplier": "the downstream context states what it needs, the upstream one plans for it",
    "partnership": "both succeed or fail together and change together",
    "open host service": "one protocol for whoever comes; each client translates to it",
    "published language": "events that anybody may read, kept compatible (docs/contracts)",
    "conformist": "the downstream context takes what it hears as it is",
    "anti-corruption layer": "somebody else's model, turned into ours at the door and never let in",
}


class Relationship(msgspec.Struct, frozen=True):
    """How two contexts stand to each other, and why so."""

    upstream: str
    downstream: str
    kind: Kind
    why: str


CONTEXT_MAP: tuple[Relationship, ...] = (
    Relationship("orchestration", "scheduling", "customer/supplier", "jobs want places: Orchestration is the customer"),
    Relationship(
        "scheduling", "orchestration", "customer/supplier", "the supplier says which jobs have a place or lost it"
    ),
    Relationship("scheduling", "workers", "partnership", "places need workers, demand needs machines"),
    Relationship("workers", "scheduling", "partnership", "machines become nodes that can be offered"),
    Relationship("workers", "execution", "open host service", "a worker hosts whatever attempt it is given"),
    Relationship("orchestration", "execution", "customer/supplier", "who ordered an attempt may call it off"),
    Relationship("scheduling", "execution", "published language", "what runs on a lost place is lost"),
    Relationship(
        "execution", EVERY, "published language", "attempts start and end; whoever it concerns draws conclusions"
    ),
    Relationship(EVERY, "telemetry", "conformist", "measures what it hears and asks nobody to speak otherwise"),
    Relationship(EVERY, "security", "open host service", "whoever needs a decision, a token or a secret asks for it"),
    Relationship("security", EVERY, "open host service", "its answers mean the same to everybody"),
    Relationship(EVERY, "artifacts", "open host service", "whoever has something to keep or to fetch asks for it"),
    Relationship("artifacts", EVERY, "open host service", "where things lie is told to everybody alike"),
    Relationship(OUTSIDE, EVERY, "anti-corruption layer", "their words become ours, or are refused with a reason"),
)


def relationship(upstream: str, downstream: str, contexts: Collection[str]) -> Relationship | None:
    """The entry for a pair: its own, else that of its downstream, else that of its upstream; None where there is none.

    What is not among `contexts` is outside.
    """
    found = {(entry.upstream, entry.downstream): entry for entry in CONTEXT_MAP}
    if upstream not in contexts:
        return found.get((OUTSIDE, downstream)) or found.get((OUTSIDE, EVERY))
    for pair in ((upstream, downstream), (EVERY, downstream), (upstream, EVERY)):
        if pair in found:
            return found[pair]
    return None

"""What nodes of one kind have in common: all that decides, before anything runs there, which jobs they can host."""

import msgspec

from domain.shared.requirements import Taint
from domain.shared.resources import Resources


class NodeKind(msgspec.Struct, frozen=True):
    """Nodes of equal kinds are interchangeable while they are empty; a node changes its kind when it is tainted."""

    capacity: Resources
    labels: frozenset[str]
    attributes: tuple[tuple[str, str], ...] = ()
    taints: tuple[Taint, ...] = ()
    price_udollars: int = 0  # per hour; 0 where placement does not ask

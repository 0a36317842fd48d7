"""The static part of placement: which kinds of nodes can host a shape at all, and why the others cannot."""

from domain.scheduling.demand import Shape
from domain.scheduling.kinds import NodeKind
from domain.shared.matching import disliked, obstacle


def refusal(shape: Shape, kind: NodeKind) -> str:
    """Why no node of this kind can ever host the shape, "" where an empty one can.

    `label:<name>`, `constraint:<key>`, `taint:<key>` or `resources`, the first that applies.
    """
    found = obstacle(shape.runs_on, shape.requirements, kind.labels, kind.attributes, kind.taints)
    return found or ("" if shape.resources.fits_in(kind.capacity) else "resources")


def hosts(shape: Shape, kind: NodeKind) -> bool:
    """Whether an empty node of this kind can host the shape."""
    return not refusal(shape, kind)


def penalty(shape: Shape, kind: NodeKind) -> int:
    """How many of the kind's PreferNoSchedule taints the shape does not tolerate: fewer is better than any score."""
    return disliked(shape.requirements, kind.taints)

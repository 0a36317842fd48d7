"""What a job demands of its place beyond amounts of resources: words that Orchestration and Scheduling share."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

Operator = Literal["Eq", "Ne", "Gt", "Ge", "Lt", "Le", "In", "NotIn", "Exists", "DoesNotExist"]
Effect = Literal["NoSchedule", "NoExecute", "PreferNoSchedule"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
Attributes = Mapping[str, str]
"""What a node says of itself: key → value. A bare label `linux` is the key `linux` with the value `""`."""


class Constraint(msgspec.Struct, frozen=True, array_like=True):
    """`key operator values` about a node's attributes; Gt, Ge, Lt and Le compare integers."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


class Taint(msgspec.Struct, frozen=True, array_like=True):
    """A node repels jobs that do not tolerate this."""

    key: str
    value: str = ""
    effect: Effect = "NoSchedule"


class Toleration(msgspec.Struct, frozen=True, array_like=True):
    """Which taints a job puts up with: an empty key or effect means any; Exists ignores the value."""

    key: str = ""
    operator: Literal["Eq", "Exists"] = "Eq"
    value: str = ""
    effect: str = ""


class Affinity(msgspec.Struct, frozen=True, array_like=True):
    """To be near (`anti`: away from) something, within one `topology` (an attribute key; `node` is the node itself).

    `to` is what: `label:<job label>`, `pipeline` or `tenant` (its own), `tenant:<name>` or `cache:<key>`. Weight 0 is
    a hard rule, 1…100 a preference.
    """

    to: str
    topology: str = "node"
    anti: bool = False
    weight: int = 0


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """Counts of jobs of one label differ by at most `max_skew` between the values of attribute `topology`."""

    topology: str
    max_skew: int = 1
    hard: bool = True


class Requirements(msgspec.Struct, frozen=True, array_like=True):
    """Everything that decides, besides resources and labels, where a job may go. Equal ones are interchangeable.

    `priority` orders jobs of a tenant where a policy asks for it. `interruptible` jobs may be stopped for others.
    """

    constraints: tuple[Constraint, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    affinity: tuple[Affinity, ...] = ()
    spread: tuple[Spread, ...] = ()
    priority: int = 0
    interruptible: bool = False


class GangRequirements(Requirements, frozen=True, array_like=True):
    """Those of a job that needs `parts` places at one moment, each as large as the job says, or none."""

    parts: int = 1


NONE = Requirements()


def parts_of(requirements: Requirements) -> int:
    """How many places a job needs at once."""
    return requirements.parts if type(requirements) is GangRequirements else 1


def in_parts(requirements: Requirements, parts: int) -> Requirements:
    """The same of a job that needs so many places at once."""
    if parts == 1:
        return requirements
    return GangRequirements(
        requirements.constraints, requirements.tolerations, requirements.affinity, requirements.spread,
        requirements.priority, requirements.interruptible, parts,
    )  # fmt: skip

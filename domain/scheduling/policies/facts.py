"""What a placement may ask about: it names facts as its parameters, and is given these integers, by name.

`def tall(free_cpu, cpu): return free_cpu - cpu` asks for two. Facts of a level are the same for all nodes of a kind
with the same amounts free, so that one score does for all of them (`domain.scheduling.index`). A placement that asks
for any fact of a row, or looks at a few nodes only (`looking_at`), is judged node by node (`domain.scheduling.rows`).
"""

from collections.abc import Callable

Placement = Callable[..., int]
"""Which node: integers → a score from 0 to below 2^30; the lowest wins, ties go to the lower node row.

Obligations: pure, deterministic, raises nothing; integer arithmetic only, so that it can be compiled.
"""

SCORE_BITS = 30
"""Scores are below 2^30: preferences of the job and of the node's taints stand above (`dynamic.PREFERENCE_BITS`)."""

LEVEL_FACTS = (
    "leftover",
    "free_cpu", "free_memory", "free_disk", "free_gpu",
    "cpu", "memory", "disk", "gpu",
    "total_cpu", "total_memory", "total_disk", "total_gpu",
    "price",
)  # fmt: skip
"""What would stay free in all (`rules.leftover`); what is free before; what the job asks; what the node has in all;

the price of the node's pool in micro-dollars an hour. CPU and GPU in thousandths, memory and disk in MiB.
"""

ROW_FACTS = ("row", "rows", "last", "departs_us", "ends_us", "missing")
"""The node's row, and how many rows there are; the row that was taken last (0 at first); when the last of the jobs that

run there is expected to end, and when this one would (now, where nothing runs or nothing is known); how many of the
job's caches and images the node does not have.
"""

_LOOKS_AT = "_looks_at"


class UnknownFacts(Exception):
    """A placement has parameters that are no facts: `names`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"{', '.join(names)}: not among {', '.join((*LEVEL_FACTS, *ROW_FACTS))}")
        self.names = names


def facts_of(placement: Placement) -> tuple[str, ...]:
    """The facts that a placement asks for, in the order of its parameters; raises UnknownFacts."""
    code = getattr(placement, "__code__", None) or type(placement).__call__.__code__
    names = tuple(name for name in code.co_varnames[: code.co_argcount] if name != "self")
    if strangers := tuple(name for name in names if name not in LEVEL_FACTS and name not in ROW_FACTS):
        raise UnknownFacts(strangers)
    return names


def looking_at(nodes: int) -> Callable[[Placement], Placement]:
    """Decorates a placement that looks at so many nodes with room, drawn at random, and at no others."""

    def mark(placement: Placement) -> Placement:
        setattr(placement, _LOOKS_AT, nodes)
        return placement

    return mark


def looks_at(placement: Placement) -> int:
    """How many nodes it looks at; 0: all, or as many as the scheduler samples."""
    found: int = getattr(placement, _LOOKS_AT, 0)
    return found


def is_per_row(placement: Placement) -> bool:
    """Whether nodes that are alike may get different scores."""
    return bool(looks_at(placement)) or any(name in ROW_FACTS for name in facts_of(placement))

"""Which node choice a run gets: compiled where that is possible and right, else the readable index; and why."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from types import FunctionType
from typing import cast

import numpy as np

from domain.scheduling.fastpath.book import WIDE, empty, void
from domain.scheduling.fastpath.choice import CompiledIndex
from domain.scheduling.fastpath.jit import AVAILABLE, CompileError
from domain.scheduling.fastpath.kernels import Kernels, make
from domain.scheduling.index import NodeIndex
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.policies import Placement, facts_of, is_per_row
from domain.scheduling.rules import NO_FIT, leftover
from domain.scheduling.scan import NodeChoice, judged

PATHS = ("readable", "compiled", "auto")
PROBES = (
    (1, 0, 0, 0), (1000, 1024, 0, 0), (3999, 8191, 100, 0), (64_000, 262_144, 1 << 20, 8000), (63_000, 5, 7, 1000),
)  # fmt: skip
"""Amounts that a compiled placement is tried on before it decides anything."""


@lru_cache(maxsize=64)
def kernels_of(placement: Placement, cache: str = "") -> Kernels:
    """The loops for a placement, each placement in a folder of its own.

    Two processes that compile different placements at the same moment would otherwise number their files alike.
    """
    return make(placement, f"{cache}/{_name(placement)}" if cache else "")


def _name(placement: Placement) -> str:
    """The same for the same code, in every process."""
    code = getattr(placement, "__code__", None)
    content = (code.co_code, code.co_consts, code.co_names) if code else placement
    return sha256(repr(content).encode()).hexdigest()[:16]


def obstacle(placement: Placement, cache: str = "") -> str:
    """Why a placement cannot be compiled; "" where it can, and says the same as the readable one."""
    if not AVAILABLE:
        return "numba is not installed (pip install 'windtunnel[fast]')"
    if is_per_row(placement):
        return "it looks at nodes one by one"
    if not isinstance(placement, FunctionType):
        return "it is no plain function"
    try:
        return _disagreement(placement, kernels_of(placement, cache))
    except CompileError as error:
        return f"numba cannot compile it: {str(error).strip().splitlines()[0]}"


def choice_for(path: str, placement: Placement, cache: str = "") -> Callable[[CapacityLedger, Placement], NodeChoice]:
    """What makes the node choice of a run. `compiled` and `auto` are the readable index where there is an obstacle.

    A scheduler may ask for another placement than the run's (one that sees nothing but what fits).
    """
    if path == "readable" or obstacle(placement, cache):
        return NodeIndex

    def made(ledger: CapacityLedger, asked: Placement) -> NodeChoice:
        if asked is not placement and obstacle(asked, cache):
            return NodeIndex(ledger, asked)
        return cast("NodeChoice", CompiledIndex(ledger, kernels_of(asked, cache)))

    return made


def _disagreement(placement: Placement, kernels: Kernels) -> str:
    """Whether integers of 64 bits, compiled, make a difference for it (a power that Python computes in full does)."""
    judge, facts = judged(placement), facts_of(placement)
    book = empty(len(PROBES), len(PROBES), 1, WIDE)
    total = PROBES[3]  # the largest in every dimension
    book.totals[0], book.penalties[0] = (*total, 370_000), 0
    book.asks[:] = PROBES
    kernels.answer(*book, np.array([(row, 0, *free) for row, free in enumerate(PROBES)]), len(PROBES), -1)
    for row, free in enumerate(PROBES):
        for shape, ask in enumerate(PROBES):
            rest = leftover(*free, *ask, *total)
            expected = void(WIDE) if rest == NO_FIT else judge(rest, free, ask, total, 370_000)
            found = int(book.scores[book.level_of[row], shape])
            if found != expected:
                return f"compiled it says {found} instead of {expected} ({', '.join(facts)})"
    return ""

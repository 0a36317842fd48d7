"""Does a policy keep its obligations? The checks that any allocator, ordering or placement can be run through.

Each returns complaints in words, none where all is well: a policy answers with an integer ≥ 0, the same for the same
question, raises nothing, and changes nothing it is shown. The grid of questions is fixed; no test framework is needed.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeVar

from msgspec.structs import asdict, replace

from domain.scheduling.demand import Demand
from domain.scheduling.policies import Account, Allocator, Ordering, Placement
from domain.scheduling.rules import SCALE
from domain.shared.ids import JobId

Shown = TypeVar("Shown", Account, Demand)

NOTHING = (0, 0, 0, 0)
TOTALS = ((8000, 32_768, 0, 0), (1_000_000, 1 << 30, 1 << 20, 4000))
CLUSTERS = (*((total, total) for total in TOTALS), *((total, NOTHING) for total in TOTALS))
"""What shares are taken of, and what the cluster has: nothing before its first node, and when its last one is lost."""
LEFTOVERS = (0, 1, SCALE // 3, SCALE, 4 * SCALE - 1, 4 * SCALE)


def check_allocator(allocator: Allocator) -> list[str]:
    """An allocator's answers over weights, holdings and cluster sizes."""
    return [
        complaint
        for (full, total) in CLUSTERS
        for weight, head, share in product((1, 7, 1000), (0, 1, 10**9), (0, 3, 1))
        for complaint in _ask(
            f"weight {weight}, head {head}, 1/{share or '∞'} of {full}, cluster {total}",
            Account(weight, head, *(amount // share if share else 0 for amount in full)),
            lambda account, total=total: allocator(account, total),  # type: ignore[misc]
        )
    ]


def check_ordering(ordering: Ordering) -> list[str]:
    """An ordering's answers over arrival, estimate and attempt; what it says must not change while the job waits."""
    one = Demand(JobId(7), 1, 0, 0, "label", 5, 3)
    complaints: list[str] = []
    for sequence, estimate, attempt in product((1, 10**9), (0, 1, 10**12), (1, 3)):
        demand = replace(one, sequence=sequence, estimate_us=estimate, attempt=attempt)
        question = f"sequence {sequence}, estimate {estimate}, attempt {attempt}"
        wrong = list(_ask(question, demand, ordering))
        if not wrong and ordering(demand) != ordering(replace(demand, stage=1)):
            wrong = [f"{question}: the answer changes while the job waits"]
        complaints += wrong
    return complaints


def check_placement(placement: Placement) -> list[str]:
    """A placement's answers from a perfect fit to an empty node of four dimensions."""
    return [complaint for leftover in LEFTOVERS for complaint in _answer(f"leftover {leftover}", placement, leftover)]


def _ask(question: str, subject: Shown, policy: Callable[[Shown], int]) -> Iterator[str]:
    before = asdict(subject)
    yield from _answer(question, policy, subject)
    if asdict(subject) != before:
        yield f"{question}: it changed what it was shown"


def _answer(question: str, policy: Callable[[Any], int], subject: Any) -> Iterator[str]:
    try:
        answer, again = policy(subject), policy(subject)
    except Exception as error:
        yield f"{question}: raised {error!r}"
        return
    if type(answer) is not int:
        yield f"{question}: answered {answer!r}, a {type(answer).__name__}, not an integer"
    elif answer < 0:
        yield f"{question}: answered {answer}, below 0"
    if answer != again:
        yield f"{question}: answered {answer!r}, then {again!r}"

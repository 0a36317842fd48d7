"""Which borrowed work goes when its owner wants its guarantee back: on one node, no more of it than is needed."""

from collections.abc import Iterable, Sequence

from domain.scheduling.offers import Assignment
from domain.scheduling.quotas import QuotaLedger, one_job
from domain.shared.resources import Resources


def victims(free: Resources, ask: Resources, candidates: Sequence[Assignment]) -> list[Assignment]:
    """Assignments of one node whose end makes room for `ask`; none of them could be spared. Empty: there is no way.

    `candidates` come in the order in which they should go, the youngest first: least work is lost.
    """
    chosen: list[Assignment] = []
    room = free
    for one in candidates:
        if ask.fits_in(room):
            break
        chosen.append(one)
        room += one.resources
    if not ask.fits_in(room):
        return []
    for one in tuple(chosen):
        if ask.fits_in(room - one.resources):
            chosen.remove(one)
            room -= one.resources
    return chosen


def borrowed_work(
    work: Iterable[Assignment], claimant: int, ledger: QuotaLedger, leaving: Sequence[Assignment]
) -> list[Assignment]:
    """The interruptible assignments of others that they hold above their guarantee, the youngest first.

    Of each borrower no more than it has borrowed, what is `leaving` already counted; the last may be partly its own.
    """
    left: dict[int, list[int]] = {}
    for one in leaving:
        _count(one, left, ledger)
    found = []
    for one in sorted(work, key=lambda one: -one.id):
        if one.demand.tenant == claimant or not one.demand.requirements.interruptible or one in leaving:
            continue
        borrowed = left.get(one.demand.tenant) or ledger.borrowed(one.demand.tenant)
        if any(have > 0 and amount for have, amount in zip(borrowed, one_job(one.resources), strict=True)):
            found.append(one)
            _count(one, left, ledger)
    return found


def _count(one: Assignment, left: dict[int, list[int]], ledger: QuotaLedger) -> None:
    borrowed = left.setdefault(one.demand.tenant, list(ledger.borrowed(one.demand.tenant)))
    for dimension, amount in enumerate(one_job(one.resources)):
        borrowed[dimension] -= amount

"""Does a policy keep its obligations? The checks that any allocator, ordering or placement can be run through.

Each returns complaints in words, none where all is well: a policy answers with an integer ≥ 0, the same for the same
question, raises nothing, asks neither clock nor dice, and changes nothing it is shown. The questions are fixed: a grid
of the edges, then a scatter in between; no test framework is needed.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeVar

from msgspec.structs import asdict, replace

from domain.scheduling.demand import Demand
from domain.scheduling.policies import Account, Allocator, Ordering, Placement
from domain.scheduling.policies.facts import SCORE_BITS, UnknownFacts, facts_of
from domain.scheduling.policies.orderings import MovingOrdering
from domain.scheduling.purity import impurities
from domain.scheduling.rules import leftover
from domain.shared.ids import JobId
from domain.shared.requirements import Requirements
from domain.shared.resources import Resources

Shown = TypeVar("Shown", Account, Demand)

NOTHING = (0, 0, 0, 0)
TOTALS = ((8000, 32_768, 0, 0), (1_000_000, 1 << 30, 1 << 20, 4000))
CLUSTERS = (*((total, total) for total in TOTALS), *((total, NOTHING) for total in TOTALS))
"""What shares are taken of, and what the cluster has: nothing before its first node, and when its last one is lost."""
SCATTER = 200
"""How many questions beside the grid, so that what is wrong for some numbers only is found as well."""
MOMENTS = (5, 10**6, 10**12)
PLACES = ((4000, 16_384, 0, 0), (64_000, 0, 0, 0), (2000, 4096, 100_000, 0), (96_000, 1 << 20, 1 << 22, 8000))
DIMENSIONS = ("cpu", "memory", "disk", "gpu")
CIRCUMSTANCES = ((0, 0, 0, 0), (1, 10, 7, 1), (32_000_000, 10**12, 10**9, 3), (1 << 50, 0, 1 << 50, 10**6))
"""Price, when the node's last job ends, when this one would, what it would miss there."""


def check_allocator(allocator: Allocator) -> list[str]:
    """An allocator's answers over weights, holdings and cluster sizes."""
    complaints = impurities(allocator) + [
        complaint
        for (full, total) in CLUSTERS
        for weight, head, share in product((1, 7, 1000), (0, 1, 10**9), (0, 3, 1))
        for complaint in _ask(
            f"weight {weight}, head {head}, 1/{share or '∞'} of {full}, cluster {total}",
            Account(weight, head, *[amount // share if share else 0 for amount in full][:4]),  # type: ignore[arg-type]
            lambda account, total=total: allocator(account, total),  # type: ignore[misc]
        )
    ]
    full = TOTALS[1]
    for draw in _scatter(7):
        cpu, memory, disk, gpu = held = [amount * draw() // (1 << 20) for amount in full]
        account = Account(1 + draw() % 1000, draw(), cpu, memory, disk, gpu, draw() % 5000)
        said = f"weight {account.weight}, head {account.head_sequence}, {held} of {full}, {account.running} running"
        complaints += _ask(said, account, lambda shown: allocator(shown, full))
    return complaints


def check_ordering(ordering: Ordering) -> list[str]:
    """An ordering's answers over jobs of all sorts; what it says must not change while the job waits."""
    complaints = impurities(ordering)
    for question, demand in _demands():
        wrong = list(_ask(question, demand, ordering))
        if not wrong and ordering(demand) != ordering(replace(demand, stage=1)):
            wrong = [f"{question}: the answer changes while the job waits"]
        complaints += wrong
    return complaints


def check_moving(ordering: MovingOrdering) -> list[str]:
    """The same of an ordering that moves with time, at several moments; of jobs that are alike who came first is first.

    Only the first of them is ever asked, so the others may not overtake it.
    """
    complaints = impurities(ordering)
    for now in MOMENTS:
        at = f"at {now} µs"
        for question, demand in _demands():
            wrong = list(_ask(f"{at}, {question}", demand, lambda one, now=now: ordering(one, now)))  # type: ignore[misc]
            if not wrong:
                later = replace(demand, queued_at_us=demand.queued_at_us + 7, sequence=demand.sequence + 1)
                if ordering(later, now + 9) < ordering(demand, now + 9):
                    wrong = [f"{at}, {question}: a job that is alike and came later stands before it"]
            complaints += wrong
    return complaints


def _demands() -> Iterator[tuple[str, Demand]]:
    """Jobs of all sorts: early and late, short, long and unknown, small and large, urgent or not, tried again."""
    for sequence, estimate, attempt in product((1, 10**9), (0, 1, 10**12), (1, 3)):
        for cpu, priority in ((1000, 0), (1, -1000), (256_000, 1_000_000)):
            question = f"sequence {sequence}, estimate {estimate}, attempt {attempt}, cpu {cpu}, priority {priority}"
            yield question, Demand(
                JobId(7), attempt, 0, 0, "label", 5, sequence, estimate, resources=Resources(cpu, cpu),
                requirements=Requirements(priority=priority), deadline_us=estimate * 2, bottom_level_us=estimate,
            )  # fmt: skip
    for draw in _scatter(6):
        sequence, estimate, cpu, memory = draw(), draw() * draw(), 1 + draw() % 256_000, 1 + draw()
        question = f"sequence {sequence}, estimate {estimate}, cpu {cpu}, memory {memory}"
        yield question, Demand(
            JobId(7), 1, 0, 0, f"label-{sequence % 9}", 5, sequence, estimate, resources=Resources(cpu, memory),
            deadline_us=estimate * 2, bottom_level_us=estimate,
        )  # fmt: skip


def check_placement(placement: Placement) -> list[str]:
    """A placement's answers from a perfect fit to an empty node, of one to four dimensions, near and far, now and late.

    Its parameters are facts, its scores below 2^30, and what was asked before makes no difference.
    """
    try:
        names = facts_of(placement)
    except UnknownFacts as error:
        return [f"parameters: {error}"]
    questions = list(dict.fromkeys(tuple(known[name] for name in names) for known in situations()))
    complaints = impurities(placement)
    answers: dict[tuple[int, ...], int] = {}
    for question in questions:
        said = ", ".join(f"{name} {value}" for name, value in zip(names, question, strict=True)) or "asked"
        wrong = list(_answer(said, lambda asked: placement(*asked), question))
        if not wrong:
            answers[question] = placement(*question)
            if answers[question] >> SCORE_BITS:
                wrong = [f"{said}: answered {answers[question]}, not below 2^{SCORE_BITS}"]
        complaints += wrong
    if not complaints:
        complaints += [
            f"{', '.join(map(str, question))}: the answer depends on what was asked before"
            for question in reversed(questions)
            if placement(*question) != answers[question]
        ]
    return complaints


def situations() -> Iterator[dict[str, int]]:
    """Nodes and jobs that fit there, as the facts that a placement may ask for."""
    for total, (some, of), (part, whole) in product(PLACES, ((0, 1), (1, 3), (1, 1)), ((0, 1), (1, 2), (1, 1))):
        free = tuple(amount * some // of for amount in total)
        amounts = _amounts(free, tuple(amount * part // whole for amount in free), total)
        for turn, (price, departs, ends, missing) in enumerate(CIRCUMSTANCES):
            row, rows, last = turn % 3, 3 + turn, (turn * 2) % 3
            yield amounts | {
                "price": price, "row": row, "rows": rows, "last": last, "departs_us": departs, "ends_us": ends,
                "missing": missing,
            }  # fmt: skip
    for draw in _scatter(14):
        total = PLACES[draw() % len(PLACES)]
        free = tuple(amount * draw() // (1 << 20) for amount in total)
        rows = 1 + draw()
        yield _amounts(free, tuple(amount * draw() // (1 << 20) for amount in free), total) | {
            "price": draw(), "row": draw() % rows, "rows": rows, "last": draw() % rows, "departs_us": draw() << 10,
            "ends_us": draw() << 10, "missing": draw() % 9,
        }  # fmt: skip


def _amounts(free: tuple[int, ...], ask: tuple[int, ...], total: tuple[int, ...]) -> dict[str, int]:
    amounts = {"leftover": leftover(*free, *ask, *total)}
    for prefix, values in (("free_", free), ("", ask), ("total_", total)):
        amounts |= {f"{prefix}{name}": one for name, one in zip(DIMENSIONS, values, strict=True)}
    return amounts


def _scatter(seed: int) -> Iterator[Callable[[], int]]:
    """SCATTER times the same source of integers below 2^20: the same ones for everybody, for they ask no dice.

    The multiplier and increment are those of MMIX (Knuth, The Art of Computer Programming 2, section 3.3.4).
    """
    state = [seed]

    def draw() -> int:
        state[0] = (state[0] * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
        return state[0] >> 44

    for _ in range(SCATTER):
        yield draw


def _ask(question: str, subject: Shown, policy: Callable[[Shown], int]) -> Iterator[str]:
    before = asdict(subject)
    yield from _answer(question, policy, subject)
    if asdict(subject) != before:
        yield f"{question}: it changed what it was shown"


def _answer(question: str, policy: Callable[[Any], int], subject: Any) -> Iterator[str]:
    try:
        answer, again = policy(subject), policy(subject)
    except (Exception, SystemExit) as error:
        yield f"{question}: raised {error!r}"
        return
    if type(answer) is not int:
        yield f"{question}: answered {answer!r}, a {type(answer).__name__}, not an integer"
    elif answer < 0:
        yield f"{question}: answered {answer}, below 0"
    if answer != again:
        yield f"{question}: answered {answer!r}, then {again!r}"

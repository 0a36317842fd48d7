"""Several schedulers in a run: the ends of their offers in time, and what their living side by side cost."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from domain.contracts.scheduling import (
    BatchDecided,
    JobPlaced,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferOpened,
    OfferRejected,
    OfferRescinded,
    OfferShared,
    OfferSpent,
)
from domain.scheduling.coordination.models import MONOLITHIC, TWO_LEVEL, Coordination
from domain.shared.events import Translation
from scenarios.schedulers import coordination_of
from scenarios.spec import Scenario
from sim.contexts.parts import Joined, Parts
from sim.processes.holder_loops import HolderLoops
from sim.results import FiguresTable, Unit

HOUR_MILLIS = 3_600_000_000 * 1000
ENDS: dict[Any, str] = {
    OfferAccepted: "accepted", OfferSpent: "accepted", OfferRejected: "rejected", OfferDeclined: "declined",
    OfferExpired: "expired", OfferRescinded: "rescinded",
}  # fmt: skip


def join(parts: Parts, check: bool) -> Joined:
    """Nothing, where no policy of the scenario has several schedulers."""
    if not is_used(parts.scenario):
        return Joined()
    coordination = coordination_of(parts.scenario, parts.scheduling)
    books = Books(coordination, tuple(parts.scenario.tenants))
    loop = parts.offer_loop
    return Joined(
        observes=(books.subscriptions(),),
        hears=(loop.expiries(),) if isinstance(loop, HolderLoops) else (),
        tables=partial(tables, parts, books),
    )


def is_used(scenario: Scenario) -> bool:
    """Whether some policy has a model that is not the monolithic one: then all are compared."""
    named = [scenario.scheduling.coordination, *(policy.coordination for policy in scenario.policies.values())]
    return any(model not in (None, MONOLITHIC) for model in named)


class Lot(msgspec.Struct):
    """What one scheduler did."""

    offers: int = 0
    ended: dict[str, int] = msgspec.field(default_factory=dict)
    held_cpu_us: int = 0  # thousandths of CPUs on offer to it alone × µs
    jobs: int = 0
    batches: int = 0
    claims: int = 0
    hit_batches: int = 0
    conflicts: int = 0
    placed: int = 0
    committed: int = 0  # batches of which anything was placed
    age_us: int = 0
    oldest_us: int = 0


class Books:
    """Offers by the scheduler that holds them, and what became of batches, from events alone."""

    def __init__(self, coordination: Coordination, tenants: Sequence[str]) -> None:
        self.coordination = coordination
        self.lots = [Lot() for _ in coordination.desks]
        if coordination.model == TWO_LEVEL:
            self._desk = {desk.name: number for number, desk in enumerate(coordination.desks)}
        else:
            self._desk = {
                tenants[tenant]: number for number, desk in enumerate(coordination.desks) for tenant in desk.tenants
            }
        self._named = {desk.name: number for number, desk in enumerate(coordination.desks)}
        self._open: dict[int, tuple[int, int, int]] = {}  # offer → scheduler, since when, CPU that it holds
        self._places: dict[int, int] = {}  # assignment → scheduler, until it is placed

    def subscriptions(self) -> Translation:
        return {
            OfferOpened: self._opened,
            OfferShared: self._opened,
            OfferAccepted: self._accepted,
            OfferSpent: self._spent,
            **{kind: partial(self._ended, word) for kind, word in ENDS.items() if word != "accepted"},
            JobPlaced: self._placed,
            BatchDecided: self._decided,
        }

    def _opened(self, event: OfferOpened | OfferShared) -> None:
        desk = self._desk[event.tenant]
        self.lots[desk].offers += 1
        held = event.resources.cpu_millis if isinstance(event, OfferOpened) else 0
        self._open[event.offer] = (desk, event.at_us, held)

    def _accepted(self, event: OfferAccepted) -> None:
        self._places[event.assignment] = self._open[event.offer][0]
        self._ended("accepted", event)

    def _spent(self, event: OfferSpent) -> None:
        for assignment in map(int, event.assignments):
            self._places[assignment] = self._open[event.offer][0]
        self._ended("accepted", event)

    def _ended(self, word: str, event: Any) -> None:
        desk, since, held = self._open.pop(event.offer)
        lot = self.lots[desk]
        lot.ended[word] = lot.ended.get(word, 0) + 1
        lot.held_cpu_us += held * (event.at_us - since)

    def _placed(self, event: JobPlaced) -> None:
        desk = self._places.pop(event.assignment, None)
        if desk is not None:
            self.lots[desk].jobs += 1

    def _decided(self, event: BatchDecided) -> None:
        lot = self.lots[self._named[event.holder]]
        lot.batches += 1
        lot.claims += event.claims
        lot.conflicts += event.conflicts
        lot.placed += event.placed
        lot.committed += event.placed > 0
        lot.hit_batches += event.conflicts > 0
        lot.age_us += event.age_us
        lot.oldest_us = max(lot.oldest_us, event.age_us)


def tables(parts: Parts, books: Books) -> Sequence[FiguresTable]:
    """How busy schedulers were and how often in each other's way; and what became of their offers."""
    loop, span = parts.offer_loop, max(parts.engine.now, 1)
    decision = parts.scheduling.decision
    measured = decision is not None and decision.measured is not None
    rows, offers = [], []
    for number, (desk, lot) in enumerate(zip(books.coordination.desks, books.lots, strict=True)):
        busy = loop.busy_of.get(number, 0) if isinstance(loop, HolderLoops) else loop.busy_us
        several = isinstance(loop, HolderLoops)
        rows.append(
            (
                desk.name,
                busy / span,
                lot.jobs,
                lot.batches if several else None,
                _share(lot.hit_batches, lot.batches),
                _share(lot.conflicts, lot.claims),
                _share(lot.claims - lot.placed, lot.claims),
                round(lot.age_us / lot.batches) if lot.batches else None,
                lot.oldest_us if lot.batches else None,
            )
        )
        offers.append((
            desk.name,
            lot.offers,
            *(_share(lot.ended.get(word, 0), lot.offers) for word in dict.fromkeys(ENDS.values())),
            lot.held_cpu_us / HOUR_MILLIS,
        ))  # fmt: skip
    note = (
        "A batch or claim is in conflict when others were faster; lost are also claims that go with others of their "
        "batch, or whose node or job left. How old: what it decided on, when that committed."
    )
    if measured:
        note += " Decision times were measured on this machine: no other run will have the same figures."
    return (
        _all_schedulers(books.lots),
        FiguresTable(
            "coordination",
            "Schedulers",
            (
                ("scheduler", "text"),
                ("busy", "share"),
                ("jobs placed", "count"),
                ("batches", "count"),
                ("batches in conflict", "share"),
                ("claims in conflict", "share"),
                ("claims lost", "share"),
                ("how old, on average", "us"),
                ("how old, at most", "us"),
            ),
            tuple(rows),
            note,
        ),
        FiguresTable(
            "coordination",
            "Offers to schedulers",
            (
                ("scheduler", "text"),
                ("offers", "count"),
                *((word, "share") for word in dict.fromkeys(ENDS.values())),
                ("CPU-hours held unused", "rate"),
            ),
            tuple(offers),
            "Held unused: what was on offer to one scheduler alone, and no job could run on meanwhile.",
        ),
    )


def _all_schedulers(lots: Sequence[Lot]) -> FiguresTable:
    """One line, by which thresholds and sweeps ask: `coordination.all_schedulers.conflicts_a_commit`."""
    total = {name: sum(getattr(lot, name) for lot in lots) for name in Lot.__struct_fields__ if name != "ended"}
    row = (
        _share(total["hit_batches"], total["batches"]),
        _share(total["conflicts"], total["claims"]),
        _share(total["claims"] - total["placed"], total["claims"]),
        _share(total["hit_batches"], total["committed"]),
        total["held_cpu_us"] / HOUR_MILLIS,
    )
    columns: tuple[tuple[str, Unit], ...] = (
        ("batches in conflict", "share"),
        ("claims in conflict", "share"),
        ("claims lost", "share"),
        ("conflicts a commit", "rate"),
        ("CPU-hours held unused", "rate"),
    )
    note = "Conflicts a commit: batches in conflict for each batch of which anything was placed (Omega, EuroSys 2013)."
    return FiguresTable("coordination", "All schedulers", columns, (row,), note)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

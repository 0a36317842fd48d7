"""What Scheduling has to say of a run: use of quotas, what did not last and why, and how often wishes were met."""

from collections.abc import Sequence

from domain.contracts.scheduling import (
    AssignmentRejected,
    AssignmentRevoked,
    InverseOfferAccepted,
    InverseOfferDeclined,
    InverseOfferExpired,
    InverseOfferOpened,
    InverseOfferRescinded,
    OfferDeclined,
    OfferExpired,
    OfferRejected,
    OfferRescinded,
    QuotaFreed,
    QuotaReached,
)
from domain.scheduling.quotas import UNLIMITED, QuotaLedger
from domain.shared.events import Translation
from sim.contexts.parts import Parts
from sim.results import FiguresTable


class Setbacks:
    """Counts offers, claims and places that were lost, by reason; and how long tenants waited for their quota."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.waited_us: dict[str, int] = {}
        self._since: dict[str, int] = {}

    def subscriptions(self) -> Translation:
        def because(what: str):  # type: ignore[no-untyped-def]
            def count(event: OfferDeclined | AssignmentRejected | AssignmentRevoked) -> None:
                self._count(what, event.reason)

            return count

        def plainly(what: str):  # type: ignore[no-untyped-def]
            def count(event: object) -> None:
                self._count(what, "")

            return count

        return {
            OfferDeclined: because("offer declined"),
            OfferRejected: because("claim rejected"),
            OfferRescinded: because("offer rescinded"),
            OfferExpired: plainly("offer expired"),
            AssignmentRevoked: because("job evicted"),
            InverseOfferOpened: because("asked to give back"),
            InverseOfferAccepted: plainly("gave back at once"),
            InverseOfferDeclined: because("would not give back"),
            InverseOfferExpired: plainly("forced at the deadline"),
            InverseOfferRescinded: because("gave back by itself"),
            QuotaReached: self._reached,
            QuotaFreed: self._freed,
        }

    def waited(self, tenant: str, now: int) -> int:
        """How long only its quota kept jobs of the tenant waiting."""
        since = self._since.get(tenant)
        return self.waited_us.get(tenant, 0) + (now - since if since is not None else 0)

    def _count(self, what: str, reason: str) -> None:
        self.counts[(what, reason)] = self.counts.get((what, reason), 0) + 1

    def _reached(self, event: QuotaReached) -> None:
        self._since.setdefault(event.tenant, event.at_us)

    def _freed(self, event: QuotaFreed) -> None:
        self.waited_us[event.tenant] = self.waited(event.tenant, event.at_us)
        self._since.pop(event.tenant, None)


def tables(parts: Parts, setbacks: Setbacks) -> Sequence[FiguresTable]:
    """Those that have something to say."""
    scheduler = parts.scheduler
    found = []
    if scheduler.quotas is not None:
        found.append(_quotas(scheduler.quotas, setbacks, parts.engine.now))
    if setbacks.counts:
        rows = tuple((what, reason, count) for (what, reason), count in sorted(setbacks.counts.items()))
        found.append(
            FiguresTable(
                "scheduling", "What did not last", (("what", "text"), ("why", "text"), ("times", "count")), rows
            )
        )
    if scheduler.dynamic is not None and scheduler.dynamic.satisfied:
        placed = scheduler.dynamic.satisfied.items()
        found.append(
            FiguresTable(
                "scheduling",
                "Affinity and spread",
                (("label", "text"), ("places found", "count"), ("with every preference", "share")),
                tuple((label, places, happy / places) for label, (places, happy) in placed),
                "Hard rules hold in every place that was found; a job waits until one is.",
            )
        )
    return found


def _quotas(quotas: QuotaLedger, setbacks: Setbacks, now: int) -> FiguresTable:
    return FiguresTable(
        "scheduling",
        "Quotas",
        (
            ("tenant", "text"),
            ("CPUs on average", "count"),
            ("CPUs at most", "count"),
            ("CPUs allowed", "count"),
            ("jobs at most", "count"),
            ("jobs allowed", "count"),
            ("CPUs guaranteed", "count"),
            ("CPUs borrowed on average", "count"),
            ("jobs taken back from it", "count"),
            ("time at quota", "us"),
        ),
        tuple(_quota_row(quotas, number, setbacks, now) for number in range(len(quotas.names))),
        "Time at quota is how long only its quota kept some job of the tenant waiting.",
    )


def _quota_row(quotas: QuotaLedger, number: int, setbacks: Setbacks, now: int) -> tuple[str | int | float | None, ...]:
    quota, peak = quotas.quotas[number], quotas.peak[number]
    quotas.count_time(now, number)
    span = max(now, 1) * 1000
    return (
        quotas.names[number],
        quotas.cpu_time[number] / span,
        peak[0] / 1000,
        _limit(quota.hard[0], 1000),
        peak[4],
        _limit(quota.hard[4], 1),
        _limit(quota.guarantee[0], 1000),
        quotas.borrowed_time[number] / span if quotas.lenders else None,
        quotas.reclaimed[number],
        setbacks.waited(quotas.names[number], now),
    )


def _limit(amount: int, unit: int) -> float | None:
    return None if amount == UNLIMITED else amount / unit

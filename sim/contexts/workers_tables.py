"""The figures of Worker Management: machines, jobs that lost their place, providers' interfaces, and spot savings."""

from collections.abc import Sequence

from domain.workers.billing import PriceList, Tariff
from domain.workers.machines import Machines
from domain.workers.ports import Health
from scenarios.pools import pools_of
from scenarios.spec import Scenario
from sim.contexts.workers_books import CAUSES, Books
from sim.faults.providers import SimulatedProviders
from sim.quantiles import percentile
from sim.results import FiguresTable

Row = tuple[str | int | float | None, ...]


def prices_of(scenario: Scenario) -> tuple[PriceList, PriceList]:
    """What machines cost, and what they would cost on demand; pools billed by job have no price per machine."""
    paid, on_demand = {}, {}
    for name, pool in pools_of(scenario).items():
        price = pool.price if pool.billing.by == "node" else 0
        rounding = (pool.billing.granularity, pool.billing.minimum)
        paid[name] = Tariff(price, *rounding)
        on_demand[name] = Tariff(pool.on_demand_price or price, *rounding)
    return PriceList(paid), PriceList(on_demand)


def tables(
    scenario: Scenario, machines: Machines, books: Books, world: SimulatedProviders | None
) -> Sequence[FiguresTable]:
    """Those that have something to say in this run."""
    found = [_machines(machines, books)]
    if lost := _lost(books):
        found.append(lost)
    if world is not None or any(book.put_off or book.openings for book in books.providers.values()):
        found.append(_providers(machines, books, world))
    if spot := _spot(scenario, books):
        found.append(spot)
    return found


def _machines(machines: Machines, books: Books) -> FiguresTable:
    kinds = {name: pool.runtime for name, pool in machines.pools.items()}
    rows: list[Row] = []
    for name, book in books.pools.items():
        boots = sorted(book.boots_us)
        warm = book.warm_hits + book.warm_misses
        rows.append((
            name, kinds[name].kind, kinds[name].isolation, book.ordered, book.resumed, book.failed, book.returned,
            *(percentile(boots, p) if boots else None for p in (50, 95)),
            book.idle_us, book.idle_us / book.machine_us if book.machine_us else None,
            book.booting_wait_us, book.warm_hits / warm if warm else None,
        ))  # fmt: skip
    return FiguresTable(
        context="workers",
        title="Machines",
        columns=(
            ("pool", "text"), ("kind", "text"), ("isolation", "text"), ("ordered", "count"), ("from stopped", "count"),
            ("failed", "count"), ("returned", "count"), ("boot p50", "us"), ("boot p95", "us"),
            ("machine time idle", "us"), ("idle share", "share"), ("job time waiting for boots", "us"),
            ("warm pool hits", "share"),
        ),
        rows=tuple(rows),
        note="Idle time is what over-provisioning costs, time waiting for boots what under-provisioning does. "
        "A warm pool hit is a job that waited for no machine.",
    )  # fmt: skip


def _lost(books: Books) -> FiguresTable | None:
    rows = tuple(
        (name, cause, book.jobs_lost[cause], book.cpu_lost_us[cause])
        for name, book in books.pools.items()
        for cause in CAUSES
        if book.jobs_lost[cause]
    )
    if not rows:
        return None
    return FiguresTable(
        context="workers",
        title="Jobs that lost their place",
        columns=(("pool", "text"), ("cause", "text"), ("jobs", "count"), ("CPU time lost", "us")),
        rows=rows,
        note="Each attempt counts. What was lost is the time since its preparation began times its CPUs.",
    )


def _providers(machines: Machines, books: Books, world: SimulatedProviders | None) -> FiguresTable:
    def row(name: str) -> Row:
        book = books.providers[name]
        calls, errors = (world.calls[name], world.errors[name]) if world else (None, None)
        limited = book.put_off["rate-limited"]
        waits = sum(book.put_off.values()) - limited
        answers = "yes" if health is None or health.answers(now, name) else "no"
        return (name, machines.providers[name].state, answers, calls, errors, waits, limited, book.openings)

    health: Health | None = world
    now = books.closed_at_us

    return FiguresTable(
        context="workers",
        title="Providers' interfaces",
        columns=(
            ("provider", "text"), ("state at the end", "text"), ("answers", "text"), ("orders sent", "count"),
            ("failed", "count"), ("retries", "count"), ("waits for the rate limit", "count"),
            ("breaker openings", "count"),
        ),
        rows=tuple(row(name) for name in books.providers),
    )  # fmt: skip


def _spot(scenario: Scenario, books: Books) -> FiguresTable | None:
    rows: list[Row] = []
    for name, pool in pools_of(scenario).items():
        book = books.pools[name]
        if pool.market == "spot" and book.on_demand_udollars:
            lost = book.cpu_lost_us["spot"]
            saved = book.on_demand_udollars - book.paid_udollars
            rows.append((
                name, book.machine_us, book.paid_udollars, book.on_demand_udollars, saved,
                saved / book.on_demand_udollars, book.interrupted, book.jobs_lost["spot"], lost,
            ))  # fmt: skip
    if not rows:
        return None
    return FiguresTable(
        context="workers",
        title="Spot machines",
        columns=(
            ("pool", "text"), ("machine time", "us"), ("paid", "udollars"), ("on demand", "udollars"),
            ("saved", "udollars"), ("saved share", "share"), ("interrupted", "count"),
            ("jobs lost", "count"), ("CPU time lost", "us"),
        ),
        rows=tuple(rows),
        note="Work that was lost and done again is paid for, and so in `paid`.",
    )  # fmt: skip

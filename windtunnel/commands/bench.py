"""`windtunnel bench`: what the parts of the scheduler cost on this machine."""

from collections.abc import Sequence
from typing import Any

import click

from windtunnel.exits import BadInput

PATHS = ("auto", "compiled", "readable", "scan")
COORDINATIONS = ("monolithic", "two-level", "shared-state", "partitioned")
POSITIVE = click.IntRange(min=1)
Row = Sequence[str]
WITHOUT_NUMBA = "this benchmark needs numba: pip install 'windtunnel[fast]'"


@click.group(short_help="Measure the offer loop and its parts on this machine.")
def bench() -> None:
    """Measure what scheduling costs on this machine: ratios within one table count, absolutes are the machine's."""


@bench.command("offer-loop", short_help="The whole loop: placements/s, rounds, work, memory.")
@click.option("--nodes", type=POSITIVE, default=10_000, show_default=True, help="Equal machines, four fifths full.")
@click.option("--shapes", type=POSITIVE, default=16, show_default=True, help="Distinct kinds of jobs.")
@click.option("--pending", type=click.IntRange(min=0), default=0, show_default=True, help="Jobs that wait as well.")
@click.option("--tenants", type=POSITIVE, default=10, show_default=True, help="Who take turns.")
@click.option("--policy", default="drf/fifo/best-fit", show_default=True, help="allocator/ordering/placement.")
@click.option("--coordination", type=click.Choice(COORDINATIONS), default="monolithic", show_default=True,
              help="How many schedulers get along; four of them where it is more than one.")  # fmt: skip
@click.option("--path", type=click.Choice(PATHS), default="auto", show_default=True, help="How nodes are found.")
@click.option("--seconds", type=click.FloatRange(min=0.01), default=3.0, show_default=True, help="How long to measure.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def offer_loop(policy: str, path: str, as_json: bool, **given: Any) -> None:
    """Measure the whole loop: submit, decide, offer, claim, commit, release, with its events and the recorder.

    \b
    windtunnel bench offer-loop --nodes 10000 --path compiled
    windtunnel bench offer-loop --nodes 1000 --pending 100000 --shapes 50 --json
    """
    _check_policy(policy)
    _tell_of_compiling(path)
    from windtunnel.benching.offer_loop import Load, measure

    found = measure(Load(policy=policy, path=path, **given))
    if as_json:
        _json(found)
        return
    rows = [
        ("path", found.path),
        ("placements/s of processor time", f"{found.placements_per_s:,.0f}"),
        ("offers/s of processor time", f"{found.offers_per_s:,.0f}"),
        ("round of 64 jobs, p50", f"{found.round_p50_us:,.0f} µs"),
        ("round of 64 jobs, p99", f"{found.round_p99_us:,.0f} µs"),
        ("round in which nothing fits", f"{found.blocked_round_us:,.0f} µs"),
        ("peak memory of the process", f"{found.peak_memory_mib:,.0f} MiB"),
        *((f"work: {name}", f"{amount:,}") for name, amount in found.work.items()),
    ]
    load = found.load
    title = f"Offer loop: {load.nodes:,} nodes, {load.shapes} shapes, {policy}, {load.coordination}"
    _table(title, ("what", "measured"), rows)


@bench.command(short_help="Finding places alone: compiled, readable, scans.")
@click.option("--nodes", type=POSITIVE, multiple=True, help="Cluster sizes; 1000, 10000 and 100000 without it.")
@click.option("--shapes", type=POSITIVE, default=16, show_default=True, help="Distinct kinds of jobs.")
@click.option("--placement", type=click.Choice(("best-fit", "spread")), default="best-fit", show_default=True)
@click.option("--way", "ways", multiple=True, type=click.Choice(("compiled", "branchless", "index", "objects")),
              help="Which ways; all without it, save `objects` at more than 10 000 nodes.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def matching(nodes: tuple[int, ...], shapes: int, placement: str, ways: tuple[str, ...], as_json: bool) -> None:
    """Measure finding places alone, in steady state: one job ends, the next takes its place."""
    _tell_of_compiling("compiled")
    from domain.scheduling.fastpath.jit import AVAILABLE
    from windtunnel.benching.matching import WAYS, rate

    if not AVAILABLE:
        raise BadInput(WITHOUT_NUMBA)
    found: dict[str, dict[int, float]] = {}
    sizes = nodes or (1000, 10_000, 100_000)
    for way in ways or tuple(WAYS):
        for size in sizes:
            if ways or way != "objects" or size <= 10_000:
                found.setdefault(way, {})[size] = rate(way, WAYS[way](size, shapes, placement), size, 3)
    if as_json:
        _json({"shapes": shapes, "placement": placement, "placements_per_s": found})
        return
    rows = [(way, *(f"{rates[size]:,.0f}" if size in rates else "–" for size in sizes)) for way, rates in found.items()]
    _table(f"Placements/s of processor time, {shapes} shapes, {placement}",
           ("way", *(f"{size:,} nodes" for size in sizes)), rows)  # fmt: skip


@bench.command(short_help="Plain objects, pooled objects, columnar arena.")
@click.option("--offers", type=POSITIVE, default=200_000, show_default=True, help="How many come and go.")
@click.option("--strategy", "strategies", multiple=True, type=click.Choice(("objects", "pooled", "columnar")),
              help="Which; all without it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def memory(offers: int, strategies: tuple[str, ...], as_json: bool) -> None:
    """Measure ways to keep offers and their history: time, peak memory, pauses of the garbage collector."""
    from windtunnel.benching.memory import STORES, measure

    found = [measure(strategy, offers) for strategy in strategies or tuple(STORES)]
    if as_json:
        _json(found)
        return
    rows = [
        (one.strategy, f"{one.ns_per_offer:,.0f} ns", f"{one.peak_mib:,.1f} MiB", f"{one.gc_pauses:,}",
         f"{one.gc_total_ms:,.1f} ms", f"{one.gc_longest_ms:,.1f} ms")
        for one in found
    ]  # fmt: skip
    headers = ("strategy", "an offer", "peak memory", "GC pauses", "in all", "longest")
    _table(f"Keeping {offers:,} offers and what happened to them", headers, rows)


@bench.command("shared-state", short_help="Locks, snapshots and epochs with real processes.")
@click.option("--workers", type=POSITIVE, multiple=True, help="How many at a time; 1, 2 and 4 without it.")
@click.option("--nodes", type=click.IntRange(min=64), default=4096, show_default=True, help="Nodes of the ledger.")
@click.option("--seconds", type=click.FloatRange(min=0.01), default=1.0, show_default=True, help="How long each.")
@click.option("--strategy", "strategies", multiple=True, help="Which; all without it.",
              type=click.Choice(("single-lock", "sharded", "snapshot", "optimistic")))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def shared_state(
    workers: tuple[int, ...], nodes: int, seconds: float, strategies: tuple[str, ...], as_json: bool
) -> None:
    """Measure how several schedulers share one ledger: real processes over shared memory, throughput and conflicts."""
    from windtunnel.benching.shared_state import STRATEGIES, measure

    found = [
        measure(strategy, count, nodes, seconds)
        for strategy in strategies or tuple(STRATEGIES)
        for count in workers or (1, 2, 4)
    ]
    if as_json:
        _json(found)
        return
    rows = [
        (
            one.strategy,
            str(one.workers),
            f"{one.placements_per_s:,.0f}",
            f"{one.conflicts:,}",
            f"{one.conflict_percent:.2f} %",
        )
        for one in found
    ]
    _table(f"One ledger of {nodes:,} nodes", ("strategy", "workers", "placements/s", "conflicts", "of commits"), rows)


@bench.command(short_help="One DRF cycle over agents and frameworks, after Apache Mesos.")
@click.option("--cell", "cells", multiple=True, help="AGENTS/FRAMEWORKS; the whole grid without it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def cycle(cells: tuple[str, ...], as_json: bool) -> None:
    """Measure one allocation cycle: every agent goes to the framework with the smallest dominant share."""
    _tell_of_compiling("compiled")
    from domain.scheduling.fastpath.jit import AVAILABLE

    if not AVAILABLE:
        raise BadInput(WITHOUT_NUMBA)
    from windtunnel.benching.drf_cycle import GRID, measure

    grid = [_cell(one) for one in cells] or list(GRID)
    found = [measure(agents, frameworks) for agents, frameworks in grid]
    if as_json:
        _json(found)
        return
    rows = [
        (f"{one.agents:,}", f"{one.frameworks:,}", f"{one.compiled_ms:,.1f} ms", f"{one.turns_ms:,.1f} ms",
         f"{one.heap_ms:,.1f} ms") for one in found
    ]  # fmt: skip
    _table("One DRF allocation cycle", ("agents", "frameworks", "compiled", "turns of a run", "bare heap"), rows)


def _cell(written: str) -> tuple[int, int]:
    agents, _, frameworks = written.partition("/")
    if not (agents.isdigit() and frameworks.isdigit() and int(agents) and int(frameworks)):
        raise BadInput(f"--cell {written}: write AGENTS/FRAMEWORKS, for example 10000/1000")
    return int(agents), int(frameworks)


def _check_policy(policy: str) -> None:
    from domain.scheduling.policies import ALLOCATORS, ORDERINGS, PLACEMENTS

    names = policy.split("/")
    if len(names) != 3:
        raise BadInput(f"--policy {policy}: write allocator/ordering/placement, for example drf/fifo/best-fit")
    registries: tuple[dict[str, Any], ...] = (ALLOCATORS, ORDERINGS, PLACEMENTS)
    for what, name, known in zip(("allocator", "ordering", "placement"), names, registries, strict=True):
        if name not in known:
            raise BadInput(f"--policy {policy}: no {what} is called {name}; there are {', '.join(known)}")


def _tell_of_compiling(path: str) -> None:
    """The first use takes seconds: say so."""
    from sim.adapters.kernel_cache import folder, is_new

    if path in ("auto", "compiled") and is_new():
        click.echo(f"Compiling the fast path, once for these rules (kept in {folder()}) …", err=True)


def _json(found: Any) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def _table(title: str, headers: Row, rows: Sequence[Row]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from windtunnel.screen import Screen

    table = Table(title=title, title_justify="left")
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Screen().print(table)

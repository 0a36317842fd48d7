"""Worker Management joins a run beyond its core: faults, the checker of its promises, and its figures."""

from functools import partial

from domain.shared.events import Translation
from scenarios.pools import pools_of
from scenarios.spec_workers import Faults
from sim.checkers_workers import MachinesKeepTheirLimits
from sim.contexts.parts import Joined, Parts
from sim.contexts.workers_books import Books
from sim.contexts.workers_tables import prices_of, tables
from sim.faults.machines import crash_machines, interrupt_spot, maintain_machines
from sim.faults.providers import SimulatedProviders, fail_providers
from sim.faults.workers import fail_workers
from sim.processes.pulse import Pulse
from sim.processes.tainting import taint_machines


def join(parts: Parts, check: bool) -> Joined:
    """Books are kept only where there is something to tell: pools that grow, machines that fail, or spot prices."""
    faults, machines = parts.scenario.faults, parts.machines
    hears: list[Translation] = []
    world = None
    if faults is not None:
        pulse = Pulse(parts.engine)
        hears.append(pulse.subscriptions())
        hears += _faults(parts, pulse, faults)
        world = fail_providers(parts.engine, machines, faults, parts.streams)
    checkers = (MachinesKeepTheirLimits(_most(parts), _quotas(parts)),) if check else ()
    if not (faults or machines.elastic or any(pool.one_job for pool in machines.pools.values())):
        return Joined(checkers=checkers)
    books = Books(machines, parts.scheduler, parts.orchestrator, prices_of(parts.scenario))
    return Joined(
        observes=[books.subscriptions()],
        hears=hears,
        checkers=checkers,
        tables=partial(tables, parts.scenario, machines, books, world),
        work=partial(_work, books, world),
        close=books.close,
    )


def _faults(parts: Parts, pulse: Pulse, faults: Faults) -> list[Translation]:
    machines, streams = parts.machines, parts.streams
    hears: list[Translation] = []
    pools = pools_of(parts.scenario)
    if faults.crashes is not None:
        hears.append(crash_machines(pulse, machines, faults.crashes, streams))
    if faults.spot is not None:
        spot = [name for name, pool in pools.items() if pool.market == "spot"]
        hears.append(interrupt_spot(pulse, machines, spot, faults.spot, streams))
    if faults.maintenance is not None:
        maintain_machines(pulse, machines, faults.maintenance)
    if faults.taints:
        hears.append(taint_machines(parts.engine, parts.scheduler, faults.taints))
    if faults.workers is not None and (faults.workers.crash or faults.workers.silence):
        heartbeats = {name: pool.workers.heartbeat for name, pool in pools.items()}
        hears.append(fail_workers(parts.engine, parts.workforce, parts.truth, faults.workers, heartbeats, streams))
    return hears


def _most(parts: Parts) -> dict[str, int | None]:
    return {name: pool.max_machines for name, pool in parts.machines.pools.items()}


def _quotas(parts: Parts) -> dict[str, int | None]:
    return {name: provider.max_nodes for name, provider in parts.scenario.fleet.providers.items()}


def _work(books: Books, world: SimulatedProviders | None) -> dict[str, int]:
    """Exact counts that tell two runs apart; none where nothing can fail."""
    if world is None:
        return {}
    return {
        "machines_failed": books.total("failed"),
        "jobs_displaced": books.total("jobs_lost"),
        "orders_failed": sum(world.errors.values()),
    }

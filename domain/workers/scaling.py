"""How many machines to order for work that fits nowhere, counting those that are already on their way."""

from collections.abc import Mapping, Sequence

import msgspec

from domain.shared.resources import Resources
from domain.workers.providers import PoolSpec


class UnmetDemand(msgspec.Struct, frozen=True):
    """This many jobs of one shape wait and no node can take them now."""

    resources: Resources
    runs_on: tuple[str, ...]
    jobs: int


def machines_to_order(
    unmet: Sequence[UnmetDemand], pools: Sequence[PoolSpec], ready: Mapping[str, int], booting: Mapping[str, int]
) -> dict[str, int]:
    """Machines to order per pool, for pools that need any.

    Each shape goes to the first pool, in the order of the scenario, whose machines could take it, and spills into the
    next when that one is at its maximum. What is booting is counted against what is wanted, never ordered again.
    """
    wanted: dict[str, int] = {}
    for demand in unmet:
        left = demand.jobs
        for pool in pools:
            per_machine = pool.jobs_per_machine(demand.resources, demand.runs_on)
            if not per_machine or left <= 0:
                continue
            machines = -(-left // per_machine)
            if pool.max_machines is not None:
                taken = ready.get(pool.name, 0) + wanted.get(pool.name, 0)
                machines = min(machines, max(pool.max_machines - taken, 0))
            wanted[pool.name] = wanted.get(pool.name, 0) + machines
            left -= machines * per_machine
    short = {name: machines - booting.get(name, 0) for name, machines in wanted.items()}
    return {name: machines for name, machines in short.items() if machines > 0}

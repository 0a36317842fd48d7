"""How many machines to order for work that fits nowhere, counting those that are already on their way."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources
from domain.workers.providers import PoolSpec


class UnmetDemand(msgspec.Struct, frozen=True):
    """This many jobs of one shape wait and no node can take them now."""

    resources: Resources
    runs_on: tuple[str, ...]
    jobs: int
    requirements: Requirements = NONE


Hosts = Callable[[UnmetDemand], Sequence[tuple[PoolSpec, int]]]
"""The pools that can host a shape, in the order of the scenario, with how many of its jobs one machine takes."""


def machines_to_order(
    unmet: Sequence[UnmetDemand],
    hosts: Hosts,
    ready: Mapping[str, int],
    booting: Mapping[str, int],
    quota_left: Mapping[str, int | None],
) -> dict[str, int]:
    """Machines to order per pool, for pools that need any.

    Each shape goes to the first pool whose machines could take it, and spills into the next when that one is at its
    maximum or its provider at its quota (`quota_left`: machines that each provider still allows, None: no limit).
    What is booting is counted against what is wanted, never ordered again.
    """
    wanted: dict[str, int] = {}
    ordered: dict[str, int] = {}  # per provider, by this answer
    for demand in unmet:
        left = demand.jobs
        for pool, per_machine in hosts(demand):
            machines = -(-left // per_machine)
            already = wanted.get(pool.name, 0)
            if pool.max_machines is not None:
                machines = min(machines, max(pool.max_machines - ready[pool.name] - already, 0))
            allowed = quota_left[pool.provider]
            if allowed is not None:
                coming = max(booting[pool.name] - already, 0)
                so_far = ordered.get(pool.provider, 0)
                machines = min(machines, coming + max(allowed - so_far, 0))
                ordered[pool.provider] = so_far + max(machines - coming, 0)
            wanted[pool.name] = already + machines
            left -= machines * per_machine
            if left <= 0:
                break
    return {name: count - booting[name] for name, count in wanted.items() if count > booting[name]}

"""What the scheduler is given so that it can choose nodes as the scenario says: samples, prices, draws."""

from typing import Any

from domain.scheduling.policies import facts_of
from domain.scheduling.sampling import ADAPTIVE, Sampling
from scenarios.pools import pools_of
from scenarios.spec import Scheduling
from sim.contexts.parts import Parts

MOST_SEEDS = 1 << 63


def look_of_scheduler(scheduling: Scheduling) -> dict[str, Any]:
    """The fields of SchedulingPolicy for how many nodes are looked at."""
    written = scheduling.sampling
    if written is None:
        return {}
    percent = ADAPTIVE if written.percent == "adaptive" else written.percent
    return {"sampling": Sampling(percent, written.at_least, written.order)}


def prepare(parts: Parts) -> None:
    """Before the first node is announced: only what the placement asks for."""
    scheduler, facts = parts.scheduler, facts_of(parts.scheduler.policy.placement)
    if "price" in facts:
        scheduler.prices = {name: pool.price for name, pool in pools_of(parts.scenario).items()}
    rows = scheduler.row_choice
    if rows is not None and rows.sampling is not None and rows.sampling.order == "random":
        rows.seed = int(parts.streams("scheduler", "placement").integers(MOST_SEEDS))

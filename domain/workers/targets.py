"""Scaling policies: how many machines a pool should have, from counts that may be stale; integers in, integer out."""

from collections.abc import Callable

import msgspec

from domain.shared.units import HOUR_US

TOLERANCE_PERCENT = 10
"""A utilisation this near to its target is left alone (the default of Kubernetes' horizontal pod autoscaler, 0.1)."""


class ScalingRules(msgspec.Struct, frozen=True):
    """How a pool follows its load; each field is read by the policies that its comment names."""

    kind: str = "demand"
    jobs_per_machine: int = 1  # queue-length
    busy_percent: int = 80  # utilisation
    by_hour: tuple[int, ...] = ()  # schedule: machines from hour 0 on
    spare: tuple[int, ...] = ()  # any: idle machines kept ready, one number or one per hour
    cool_down_us: int = 300_000_000  # any but demand: after growing, how long not to shrink
    kills_busy: bool = False  # any but demand: shrinking takes machines with jobs on them, too

    def spare_at(self, now: int) -> int:
        return self.spare[now // HOUR_US % len(self.spare)] if self.spare else 0


class Load(msgspec.Struct, frozen=True):
    """What was seen of a pool at `at_us`: machines ready and on order, jobs, and its CPUs in thousandths."""

    at_us: int
    ready: int
    booting: int
    waiting: int
    running: int
    cpu_used: int
    cpu_total: int


def by_queue_length(rules: ScalingRules, load: Load) -> int:
    """⌈jobs ÷ jobs per machine⌉, running jobs counted, so that a queue that empties takes no machine from its jobs."""
    return -(-(load.waiting + load.running) // rules.jobs_per_machine)


def by_utilisation(rules: ScalingRules, load: Load) -> int:
    """⌈machines × utilisation ÷ target⌉, as Kubernetes' horizontal pod autoscaler has it; one where none is ready."""
    if not load.cpu_total:
        return max(load.booting, int(load.waiting > 0))
    if load.waiting and load.booting:
        return max(load.ready + load.booting, _scaled(rules, load))
    return _scaled(rules, load)


def _scaled(rules: ScalingRules, load: Load) -> int:
    used, target = load.cpu_used * 100, load.cpu_total * rules.busy_percent
    if abs(used - target) * 100 <= target * TOLERANCE_PERCENT:
        return load.ready
    return -(-load.ready * used // target)


def by_schedule(rules: ScalingRules, load: Load) -> int:
    """What the hour of the day asks for, whatever the load."""
    return rules.by_hour[load.at_us // HOUR_US % len(rules.by_hour)]


TARGETS: dict[str, Callable[[ScalingRules, Load], int]] = {
    "queue-length": by_queue_length,
    "utilisation": by_utilisation,
    "schedule": by_schedule,
}
"""Every policy but `demand`, which looks at shapes of jobs over all pools (`domain/workers/scaling.py`)."""

"""Provider: who machines are ordered from, with a quota over its pools and a state of health."""

from typing import ClassVar

import msgspec

from domain.shared.lifecycle import Aggregate, Table
from domain.shared.matching import obstacle, parse_attribute, parse_taint
from domain.shared.refusals import Refused
from domain.shared.requirements import NONE, Requirements
from domain.shared.resources import Resources
from domain.workers.runtimes import RuntimeSpec
from domain.workers.targets import ScalingRules


class PoolSpec(msgspec.Struct, frozen=True):
    """Machines that are all alike. Times in µs; `max_machines` and a provider's quota may be None: no limit.

    `attributes` are `key=value`, `taints` are `key=value:Effect`; machines are spread over `zones` in turn, and each
    has its own as the attribute `zone`.
    """

    name: str
    provider: str
    capacity: Resources
    labels: tuple[str, ...]
    min_machines: int
    max_machines: int | None
    machine_idle_us: int
    reusable_workers: bool
    worker_idle_us: int
    attributes: tuple[str, ...] = ()
    taints: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    runtime: RuntimeSpec = RuntimeSpec()
    scaling: ScalingRules = ScalingRules()
    stopped_machines: int = 0  # prepared and stopped: they start faster than others boot
    worker_lifetime_us: int = 0  # a worker older than this serves no further job; 0: no limit
    worker_ttl_us: int = 0  # how long an ephemeral worker stays after its job
    lease_us: int = 0  # a worker not heard of for so long has failed; 0: it never does
    one_job: bool = False  # a machine serves one job, and goes

    def attributes_of(self, machine: int) -> tuple[str, ...]:
        """The attributes of the pool's n-th machine, counted from 0."""
        if not self.zones:
            return self.attributes
        return (*self.attributes, f"zone={self.zones[machine % len(self.zones)]}")

    @property
    def elastic(self) -> bool:
        return self.max_machines != self.min_machines

    def jobs_per_machine(self, ask: Resources, runs_on: tuple[str, ...], requirements: Requirements = NONE) -> int:
        """How many jobs of a shape an empty machine takes; 0 when none of its zones can take any."""
        labels, taints = frozenset(self.labels), tuple(map(parse_taint, self.taints))
        kinds = (map(parse_attribute, self.attributes_of(zone)) for zone in range(max(len(self.zones), 1)))
        if all(obstacle(runs_on, requirements, labels, attributes, taints) for attributes in kinds):
            return 0
        pairs = zip(self.capacity.as_tuple(), ask.as_tuple(), strict=True)
        return min((have // want for have, want in pairs if want), default=0)


class Provider(Aggregate, eq=False):
    """ACTIVE ⇄ DEGRADED ⇄ MAINTENANCE; any → DISABLED. Takes orders while ACTIVE or DEGRADED, within its quota."""

    INITIAL: ClassVar[str] = "ACTIVE"
    MOVES: ClassVar[Table] = {
        "ACTIVE": {"degrade": "DEGRADED", "maintain": "MAINTENANCE", "disable": "DISABLED"},
        "DEGRADED": {"recover": "ACTIVE", "maintain": "MAINTENANCE", "disable": "DISABLED"},
        "MAINTENANCE": {"recover": "ACTIVE", "degrade": "DEGRADED", "disable": "DISABLED"},
        "DISABLED": {},
    }

    id: int
    name: str
    max_machines: int | None
    machines: int = 0  # ordered and not yet returned, over all its pools
    state: str = "ACTIVE"

    def order(self) -> Refused | None:
        """Count one more machine, or refuse."""
        if self.state not in ("ACTIVE", "DEGRADED"):
            return Refused("provider-unavailable", f"{self.name} is {self.state}")
        if self.max_machines is not None and self.machines >= self.max_machines:
            return Refused("provider-quota", f"{self.name} allows {self.max_machines} machines")
        self.machines += 1
        return None

    @property
    def quota_left(self) -> int | None:
        """How many more machines it takes orders for; None: no limit."""
        if self.state not in ("ACTIVE", "DEGRADED"):
            return 0
        return None if self.max_machines is None else self.max_machines - self.machines

    def give_back(self) -> None:
        self.machines -= 1

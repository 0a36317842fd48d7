"""Security constrains Scheduling: trust and rights become hard constraints on where a job may be placed."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from domain.contracts.orchestration import JobQueued
from domain.orchestration.pipelines import Pipeline
from domain.scheduling.demand import Demand
from domain.scheduling.nodes import Node
from domain.security.access import Access
from domain.shared.ids import JobId
from domain.shared.refusals import Refused
from domain.shared.requirements import NONE, Constraint, Requirements

TRUST, POOL = "trust", "pool"
"""The attributes of a node that the constraints are about."""

WELCOMES_UNTRUSTED = ("any", "untrusted")
FOR_UNTRUSTED = Constraint(TRUST, "In", WELCOMES_UNTRUSTED)
FOR_TRUSTED = Constraint(TRUST, "NotIn", ("untrusted",))


class Placement:
    """What Security demands of the place of a job; equal demands are one object, so that shapes of demand stay few.

    `pools` are the names of pools with their trust. A node that says nothing of trust never gets untrusted code.
    """

    def __init__(
        self, access: Access, pools: Mapping[str, str], pipeline_of: Callable[[JobId], Pipeline | None]
    ) -> None:
        self._access = access
        self._pools = pools
        self._pipeline_of = pipeline_of
        self._keep_apart = "untrusted" in pools.values()
        self._plain: dict[tuple[str, tuple[str, ...] | None], Requirements] = {}
        self._known: dict[tuple[Requirements, str, tuple[str, ...] | None], Requirements] = {}

    def require(self, event: JobQueued, requirements: Requirements) -> Requirements:
        """The requirements of a job that queues, and what Security adds."""
        pipeline = self._pipeline_of(event.job)
        if pipeline is None:
            return requirements
        trigger = pipeline.trigger
        trust, pools = trigger.trust, self._access.pools(event.tenant, trigger)
        if requirements is NONE:
            plain = self._plain.get((trust, pools))
            if plain is None:
                plain = self._plain[trust, pools] = self._narrowed(NONE, trust, pools)
            return plain
        key = (requirements, trust, pools)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._narrowed(requirements, trust, pools)
        return known

    def admit(self, demand: Demand, node: Node) -> Refused | None:
        """The same rule asked again when a place is about to be given: a wrong one is refused, whoever chose it."""
        pipeline = self._pipeline_of(demand.job)
        if pipeline is None:
            return Refused("unknown-job", f"job {demand.job}")
        trigger, pool = pipeline.trigger, node.pool
        trust = self._pools.get(pool, "trusted")
        if trust not in ("any", trigger.trust):
            return Refused("untrusted" if trust == "trusted" else "untrusted-pool", pool)
        pools = self._access.pools(pipeline.tenant, trigger)
        return Refused("other-pool", pool) if pools is not None and pool not in pools else None

    def _narrowed(self, before: Requirements, trust: str, pools: tuple[str, ...] | None) -> Requirements:
        added: tuple[Constraint, ...] = ()
        if trust != "trusted":
            added = (FOR_UNTRUSTED,)
        elif self._keep_apart:
            added = (FOR_TRUSTED,)
        if pools is not None:
            added += (Constraint(POOL, "In", pools),)
        if not added:
            return before
        return replace(before, constraints=before.constraints + added)

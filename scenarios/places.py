"""From what a scenario says about places and shares to the domain's words."""

from collections.abc import Sequence

from domain.scheduling.quotas import UNLIMITED, Amounts, ResourceQuota
from domain.shared.matching import holds
from domain.shared.requirements import NONE, Affinity, Constraint, Requirements, Spread, in_parts
from scenarios.notations import constraint, toleration
from scenarios.spec import JobClass, Pool
from scenarios.spec_scheduling import Holdings, Quota


def requirements_of(job: JobClass) -> Requirements:
    """Where jobs of a class may go; the one NONE where they say nothing about it."""
    found = Requirements(
        constraints=tuple(map(constraint, job.constraints)),
        tolerations=tuple(map(toleration, job.tolerations)),
        affinity=tuple(Affinity(rule.to, rule.topology, rule.anti, rule.weight) for rule in job.affinity),
        spread=tuple(Spread(rule.topology, rule.max_skew, rule.hard) for rule in job.spread),
        priority=job.priority,
        interruptible=job.interruptible,
    )
    return in_parts(NONE if found == NONE else found, job.gang)


def attributes_of(pool: Pool) -> tuple[str, ...]:
    """`key=value` of every attribute that all nodes of the pool have, in the order of the file."""
    return tuple(f"{key}={value}" for key, value in pool.attributes.items())


def quota_of(quota: Quota) -> ResourceQuota:
    """A dimension that is left out of a limit or a guarantee is not looked at."""
    burst = quota.burst
    return ResourceQuota(
        hard=_amounts(quota.hard),
        guarantee=(0, 0, 0, 0, 0) if quota.guarantee is None else _amounts(quota.guarantee),
        borrow=quota.borrow,
        usual=_amounts(burst.above if burst else None),
        burst_us=burst.lasts if burst else 0,
        cool_down_us=burst.cool_down if burst else 0,
    )


def accepted(texts: Sequence[str]) -> tuple[Constraint, ...]:
    return tuple(map(constraint, texts))


def accepts_some(texts: Sequence[str], pool: Pool) -> bool:
    """Whether nodes of the pool, in some zone of it, satisfy all of these."""
    known = {**dict.fromkeys(pool.labels, ""), **pool.attributes}
    zones = [{"zone": zone} for zone in pool.zones] or [{}]
    return any(all(holds(one, known | zone) for one in accepted(texts)) for zone in zones)


def _amounts(written: Holdings | None) -> Amounts:
    if written is None:
        return (UNLIMITED,) * 5
    given = (written.cpu, written.memory, written.disk, written.gpu, written.jobs)
    cpu, memory, disk, gpu, jobs = (UNLIMITED if amount is None else amount for amount in given)
    return (cpu, memory, disk, gpu, jobs)

"""What replications and thresholds say, as typed data: what reports, JSON and stored runs are made of."""

from typing import Literal

import msgspec

from reports.statistics.intervals import Estimate
from reports.statistics.paired import Difference
from scenarios.vocabulary import Unit

CANNOT_TELL, SAME = "cannot tell", "the same"

Outcome = Literal["pass", "fail", "inconclusive"]


class Replication(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are by metric as written, in base units; `within` what the run alone says of how sure they are."""

    policy: str
    replication: int
    seed: int
    digest: str
    jobs: int
    wall_s: float
    values: dict[str, float | None]
    within: dict[str, Estimate] = {}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of all policies, in their order; `pooled` is a quantile of the jobs of all replications together."""

    metric: str
    unit: Unit
    estimates: dict[str, Estimate]
    pooled: dict[str, Estimate] = {}


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Policy `a` against `b` in one metric: a − b, and the verdict once Holm's correction is made over all pairs."""

    metric: str
    unit: Unit
    a: str
    b: str
    paired: bool  # on common random numbers
    difference: Difference
    p_holm: float | None
    verdict: str  # `NAME better`, `cannot tell`, `the same`
    better: str | None = None


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """Replications of one or more policies; `warnings` say what a reader must know before believing the rest."""

    level: float
    replications: tuple[Replication, ...]
    figures: tuple[Figure, ...]
    comparisons: tuple[Comparison, ...]
    stopping: str = ""  # how the number of replications came about
    warnings: tuple[str, ...] = ()

    @property
    def policies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.policy for each in self.replications))

    def of(self, policy: str) -> list[Replication]:
        return [each for each in self.replications if each.policy == policy]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One threshold held against one policy."""

    threshold: str
    policy: str
    outcome: Outcome
    bound: float
    unit: Unit  # of the bound and of the estimate; of a relative delta it is a share of the other policy's value
    estimate: Estimate
    against: str = ""  # the policy that a delta compares with
    why: str = ""  # what an inconclusive one lacks

"""Runs the replications of an experiment: number 0 here, as a plain run, the others in a pool of processes."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reports.experiment import analyse
from reports.findings import Experiment, Replication
from reports.replications import Grids, grids, replicate
from reports.statistics.stopping import START, precise, schedule
from windtunnel.counting import counting
from windtunnel.pool import Pool

if TYPE_CHECKING:
    from scenarios.spec import Scenario
    from scenarios.thresholds import Metric, Precision
    from sim.results import RunResult


class Replications(NamedTuple):
    """What is asked for: `number` of them, or as many as it takes to be as precise as `until`, `most` at most."""

    number: int
    until: "tuple[Precision, ...]" = ()
    most: int = 0
    jobs: int = 1
    check: bool = False

    def looks(self) -> Iterator[int]:
        if not self.until:
            return iter((self.number,))
        return schedule(self.number if self.number > 1 else START, self.most)


class Stopping(NamedTuple):
    """How the number of replications came about, in words, and whether they are as precise as was asked."""

    words: str = ""
    precise: bool = True


Finished = tuple[Replication, Grids, "RunResult | None"]


def one(
    scenario: "Scenario", policy: str, number: int, metrics: "Sequence[Metric]", check: bool, keep: bool
) -> Finished:
    """A replication, what its quantiles are of, and its result where that is kept: it is large."""
    replication, result = replicate(scenario, policy, number, metrics, check)
    return replication, grids(result, metrics), result if keep else None


def run_replications(
    scenario: "Scenario",
    policies: Sequence[str],
    metrics: "Sequence[Metric]",
    asked: Replications,
    *,
    first: Callable[[], Sequence[Replication]],
    add: Callable[[Replication, Grids, "RunResult | None"], None],
    keep: bool = False,
    quiet: bool = False,
) -> "Stopping":
    """Have `add` called with every replication, in order of number and then policy; how their number came about.

    `first` simulates number 0 of every policy in this process while the pool works at the others. On an interrupt what
    is finished is still added, up to the first that is not, so that no replication is left out for being slow.
    """
    gathered: list[Replication] = []

    def collect(finished: Finished) -> None:
        gathered.append(finished[0])
        add(*finished)

    pool: Pool[Finished] = Pool(asked.jobs)
    with pool, counting("replications", quiet) as count:
        done = 0
        looks = list(asked.looks())
        for number in looks:
            for replication in range(max(done, 1), number):
                for policy in policies:
                    pool.ask(one, scenario, policy, replication, metrics, asked.check, keep)
            try:
                if not done:
                    gathered += first()
                for finished in pool.answers():
                    collect(finished)
                    count(len(gathered), number * len(policies))
            except KeyboardInterrupt:
                for finished in pool.ready():
                    collect(finished)
                raise
            done = number
            if asked.until and not missing(analyse(gathered), asked.until):
                return Stopping(_stopped(asked, done, looks.index(number) + 1))
    if not asked.until:
        return Stopping()
    return Stopping(f"Stopped at the limit of {done}: {'; '.join(missing(analyse(gathered), asked.until))}.", False)


def missing(experiment: Experiment, until: "Sequence[Precision]") -> list[str]:
    """Which intervals are not yet as narrow as was asked, in words."""
    figures = {figure.metric: figure.estimates for figure in experiment.figures}
    return [
        f"{precision.text} is not reached by {policy}"
        for precision in until
        for policy in experiment.policies
        if precision.metric.policy in (None, policy)
        and not (
            (estimate := figures.get(str(precision.metric.measured), {}).get(policy))
            and precise(estimate, precision.target, precision.relative)
        )
    ]


def _stopped(asked: Replications, number: int, looks: int) -> str:
    texts = " and ".join(precision.text for precision in asked.until)
    often = "once" if looks == 1 else f"{looks} times"
    return (
        f"Stopped after {number} replications, when {texts} held; looked {often}. Stopping at a lucky moment makes "
        "intervals cover a little less than they say."
    )

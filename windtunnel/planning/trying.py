"""Tries fleets: replications until every threshold is decided, or as many as there may be; each fleet only once."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reports.findings import Judgement, Outcome, Replication
from reports.planning.findings import Trial
from reports.statistics.intervals import of_replications
from reports.statistics.stopping import schedule
from reports.thresholds import judge
from windtunnel.counting import counting
from windtunnel.identity import scenario_hash
from windtunnel.measurer import Measurer
from windtunnel.planning.asking import Question
from windtunnel.planning.search import Counts

if TYPE_CHECKING:
    from scenarios.spec import Scenario

Choice = tuple[str, ...]
Place = tuple[str, Choice, Counts]
"""A policy, values of the choices, and counts."""

Vary = Callable[["Scenario", int], "Scenario"]
"""Another scenario for every replication, where what is recorded is drawn anew; the same for every fleet."""


class Fleets:
    """`trial` of a place; `say` is told of each as it is done. `seed` replaces the scenario's."""

    def __init__(
        self,
        asked: Question,
        measurer: Measurer,
        *,
        start: int,
        most: int,
        say: Callable[[Trial], None],
        vary: Vary | None = None,
        seed: int | None = None,
        quiet: bool = True,
    ) -> None:
        self.asked = asked
        self.measurer = measurer
        self.looks = list(schedule(start, max(start, most)))
        self.say = say
        self.vary = vary
        self.seed = seed
        self.quiet = quiet
        self.trials: dict[Place, Trial] = {}
        self.replications: dict[Place, list[Replication]] = {}

    def trial(self, place: Place, decide: bool = True) -> Trial:
        """With `decide`, until it passes or fails; else a first look, which is enough to draw it."""
        known = self.trials.get(place)
        if known and (not decide or known.outcome != "inconclusive" or known.looks == len(self.looks)):
            return known
        found = known
        for look, number in enumerate(self.looks, 1):
            if known and look <= known.looks:
                continue
            found = self._judged(place, self._measured(place, number), look)
            if not decide or found.outcome != "inconclusive":
                break
        assert found is not None
        self.trials[place] = found
        self.say(found)
        return found

    def exactly(self, place: Place, number: int) -> Trial:
        """So many replications, judged once."""
        return self._judged(place, self._measured(place, number), 1, looks=1)

    def _measured(self, place: Place, number: int) -> list[Replication]:
        policy, choice, counts = place
        scenario = self.asked.scenario_at(choice, counts)
        if self.seed is not None:
            scenario = scenario.model_copy(update={"seed": self.seed})
        same = "" if self.vary else scenario_hash(scenario)
        tasks = [
            self.measurer.task(self.vary(scenario, at) if self.vary else scenario, policy, at, same)
            for at in range(number)
        ]
        words = ", ".join(f"{name}={value}" for name, value in self.asked.values_at(choice, counts).items())
        with counting(words, self.quiet) as count:
            self.measurer.measure(tasks, count)
        self.replications[place] = [self.measurer.found(task) for task in tasks]
        return self.replications[place]

    def _judged(self, place: Place, found: Sequence[Replication], look: int, looks: int = 0) -> Trial:
        """Each look at a share of the risk of being wrong, so that all together are at most the whole (Bonferroni)."""
        policy, choice, counts = place
        risk = (1 - self.asked.confidence) / (looks or len(self.looks))
        judgements = judge(self.asked.thresholds, {policy: found}, 1 - risk)
        names = dict.fromkeys(name for each in found for name in each.values)
        values = {name: [v for each in found if (v := each.values[name]) is not None] for name in names}
        return Trial(
            policy=policy,
            values=self.asked.values_at(choice, counts),
            counts=counts,
            nodes=sum(counts),
            outcome=outcome_of(judgements),
            replications=len(found),
            looks=look,
            judgements=judgements,
            estimates={name: of_replications(known, self.asked.confidence) for name, known in values.items()},
        )


def outcome_of(judgements: Sequence[Judgement]) -> Outcome:
    """One that fails decides; else one that is inconclusive does."""
    found = {each.outcome for each in judgements}
    return "fail" if "fail" in found else "inconclusive" if "inconclusive" in found else "pass"

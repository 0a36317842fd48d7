"""What `run` does beyond simulating each policy once: replications, the search for a warm-up, thresholds."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from windtunnel.exits import INCONCLUSIVE, OK, THRESHOLD
from windtunnel.experiment_options import MOST_REPLICATIONS, Asked, metrics_of, precisions_of, thresholds_of

if TYPE_CHECKING:
    from reports.figures import Summary
    from reports.findings import Experiment, Judgement, Replication
    from reports.replications import Grids
    from reports.store import RunStore
    from scenarios.spec import Scenario
    from sim.results import RunResult

RECORDED = (
    "Every replication has the recorded arrivals: intervals are about what else is random (boots, starts, failures), "
    "not about other weeks."
)

MOST = 200
"""Replications to which `--until` goes where no limit is given."""


class Trial:
    """Collects what every run says about the metrics that are asked for; a plain run asks and pays for nothing.

    Raises ThresholdError at once for a threshold or a precision that cannot be.
    """

    def __init__(self, scenario: "Scenario", policies: Sequence[str], asked: Asked, check: bool) -> None:
        self.scenario = scenario
        self.policies = policies
        self.asked = asked
        self.check = check
        self.thresholds = thresholds_of(scenario, asked.thresholds) if asked.thresholds or scenario.thresholds else ()
        self.precisions = precisions_of(scenario, asked.until) if asked.until else ()
        self.wanted = bool(self.thresholds) or asked.repeated
        self.metrics = metrics_of(self.thresholds, self.precisions) if self.wanted else ()
        self.replications: list[Replication] = []
        self.grids: dict[tuple[str, int], Grids] = {}
        self.stopping = ""
        self.precise = True
        self.notes = [RECORDED] if asked.repeated and scenario.workload.trace is not None else []
        self._found: tuple[Experiment | None, tuple[Judgement, ...]] | None = None

    def find_warm_up(self, quiet: bool) -> "tuple[Scenario, str]":
        """The scenario with the warm-up that pilots show, and the setting that says so."""
        from scenarios.quantities import DURATION
        from windtunnel.pool import cores
        from windtunnel.warming import automatic

        warm_up = automatic(self.scenario, self.policies, self.asked.jobs or cores(), quiet)
        self.scenario = self.scenario.model_copy(update={"warm_up": warm_up})
        setting = f"warm_up={DURATION.format(warm_up)}"
        doubts = _doubts(self.scenario, setting)
        self.notes += doubts
        if not quiet:
            click.echo("\n".join((f"{setting} (MSER-5)", *doubts)), err=True)
        return self.scenario, setting

    def observe(self, result: "RunResult", summary: "Summary") -> None:
        """Replication 0 of a policy."""
        if self.wanted:
            from reports.replications import grids, observe

            asked = tuple(dict.fromkeys(each.metric.measured for each in self.thresholds))
            self.replications.append(observe(result, summary, 0, self.metrics, asked))
            if self.asked.repeated:
                self.grids[result.policy, 0] = grids(result, self.metrics)

    def carry_out(self, simulate: Callable[[], None], store: "RunStore | None", keep_all: bool, quiet: bool) -> None:
        """`simulate` every policy once, and as often again as is asked for; `store` is told what came out."""
        try:
            if self.asked.repeated:
                self._repeat(simulate, store if keep_all else None, quiet)
            else:
                simulate()
        except KeyboardInterrupt:
            self._conclude(store)
            raise
        self._conclude(store)

    def _repeat(self, simulate: Callable[[], None], store: "RunStore | None", quiet: bool) -> None:
        from windtunnel.pool import cores
        from windtunnel.replicating import Replications, run_replications

        def first() -> Sequence["Replication"]:
            simulate()
            return self.replications

        def add(replication: "Replication", of_jobs: "Grids", result: "RunResult | None") -> None:
            self.replications.append(replication)
            self.grids[replication.policy, replication.replication] = of_jobs
            if store and result:
                store.add_replication(replication.replication, result)

        number = self.asked.replications or 1
        most = min(self.asked.max_replications or max(MOST, number), MOST_REPLICATIONS)
        asked = Replications(number, self.precisions, most, self.asked.jobs or cores(), self.check)
        self.stopping, self.precise = run_replications(
            self.scenario, self.policies, self.metrics, asked, first=first, add=add, keep=store is not None, quiet=quiet
        )

    def _conclude(self, store: "RunStore | None") -> None:
        if store and self.wanted:
            from reports.undisturbed import undisturbed

            with undisturbed("Still analysing what was finished"):
                store.conclude(*self.findings())

    def findings(self) -> "tuple[Experiment | None, tuple[Judgement, ...]]":
        """What the replications and the thresholds say; nothing of a plain run."""
        if not self.wanted:
            return None, ()
        if self._found is None:
            from reports.experiment import analyse
            from reports.thresholds import judge

            order = {policy: at for at, policy in enumerate(self.policies)}
            replications = sorted(self.replications, key=lambda each: (order[each.policy], each.replication))
            by_policy: dict[str, list[Replication]] = {}
            for each in replications:
                by_policy.setdefault(each.policy, []).append(each)
            judged = judge(self.thresholds, by_policy)
            experiment = None
            if self.asked.repeated:
                experiment = analyse(replications, stopping=self.stopping, warnings=self.notes, grids=self.grids)
            self._found = experiment, judged
        return self._found

    def counted(self) -> str:
        """How many replications there are, for the message of an interrupt."""
        return f", {len(self.replications)} replications in all" if self.asked.repeated else ""

    def write_junit(self, name: str) -> None:
        if self.asked.junit_file:
            from reports.junit import to_junit
            from windtunnel.outputs import write

            write(self.asked.junit_file, to_junit(name, self.findings()[1]))

    def exit_code(self) -> int:
        """Of the thresholds; a precision that was asked for and not reached is inconclusive too."""
        code = exit_code_of(self.findings()[1])
        return INCONCLUSIVE if code == OK and not self.precise else code


def exit_code_of(judgements: "Sequence[Judgement]") -> int:
    """One that fails decides; else one that is inconclusive does; without any, everything is met."""
    outcomes = {each.outcome for each in judgements}
    return THRESHOLD if "fail" in outcomes else INCONCLUSIVE if "inconclusive" in outcomes else OK


def _doubts(scenario: "Scenario", setting: str) -> "Sequence[str]":
    """What MSER-5 takes for granted, and this scenario may not have."""
    synthetic = scenario.workload.synthetic
    if synthetic is not None and synthetic.pushes.profile == "flat" and synthetic.pushes.weekend == 1:
        return ()
    found = (
        f"The {setting.replace('=', ' of ').replace('_', '-')} was found by MSER-5, which looks for a level that stays"
    )
    return (f"{found}: this load moves with the hour, so look at the plot of jobs over time before you believe it.",)

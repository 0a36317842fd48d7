"""Has replications measured wherever that is done, and remembers them: what is stored is never computed again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.provenance import code_version
from windtunnel.counting import Count
from windtunnel.executors import Executor
from windtunnel.identity import run_id, scenario_hash
from windtunnel.measuring import Plugged, Task

if TYPE_CHECKING:
    from reports.findings import Replication
    from reports.finished_runs import FinishedRuns
    from scenarios.spec import Scenario
    from scenarios.thresholds import Metric


class Measurer:
    """Knows what is measured of every replication, and with which plugins; `store` keeps what is done on disk."""

    def __init__(
        self,
        executor: Executor,
        metrics: "Sequence[Metric]",
        store: "FinishedRuns | None" = None,
        plugins: tuple[Plugged, ...] = (),
    ) -> None:
        self.executor = executor
        self.metrics = tuple(metrics)
        self.names = {str(metric) for metric in self.metrics}
        self.store = store
        self.plugins = plugins
        self.code = code_version()
        self.known: dict[str, Replication] = store.known if store else {}
        self.computed = 0

    def task(self, scenario: "Scenario", policy: str, replication: int, of_scenario: str = "") -> Task:
        """`of_scenario` is its hash, which is worth keeping for all its tasks."""
        from windtunnel.identity import file_hash

        of_scenario = of_scenario or scenario_hash(scenario)
        trace = file_hash(scenario.workload.trace.file) if scenario.workload.trace else ""
        return Task(
            run_id(of_scenario, scenario, policy, replication, self.code),
            scenario,
            policy,
            replication,
            self.metrics,
            self.plugins,
            self.code if self.executor.remote else "",
            trace,
        )

    def has(self, task: Task) -> bool:
        """Whether it is done, with all that is asked for now."""
        found = self.known.get(task.run_id)
        return found is not None and self.names <= found.values.keys()

    def measure(self, tasks: Sequence[Task], count: Count) -> None:
        """Have all of them done; `known` has them then. On an interrupt, all that is finished is kept."""
        missing = list({task.run_id: task for task in tasks if not self.has(task)}.values())
        done = 0
        self.executor.ask(missing)
        try:
            for run, replication in self.executor.answers():
                self._keep(run, replication)
                done += 1
                count(done, len(missing))
        except KeyboardInterrupt:
            for run, replication in self.executor.ready():
                self._keep(run, replication)
            raise

    def _keep(self, run: str, replication: "Replication") -> None:
        self.computed += 1
        if self.store:
            self.store.add(run, replication)
        else:
            self.known[run] = replication

    def found(self, task: Task) -> "Replication":
        """Under the policy's name of today: a run is known by what it does."""
        return self.known[task.run_id]

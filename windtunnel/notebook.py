"""What only a notebook asks for: all policies of a scenario in one call, and what was run or kept as pandas tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports.experiment import analyse
from reports.findings import Experiment
from reports.replications import STANDARD
from reports.tables import jobs_table
from scenarios.loader import load_scenario, resolve_policies
from scenarios.spec import Scenario
from sim.results import RunResult
from sim.run import simulate
from windtunnel.choosing import choose_policies

if TYPE_CHECKING:
    import pandas as pd

    from windtunnel.loaded import Loaded


def run(
    source: Scenario | str | Path,
    *,
    policies: Sequence[str] = (),
    settings: Sequence[str] = (),
    trace: str | None = None,
    seed: int | None = None,
    check: bool = False,
) -> list[RunResult]:
    """Run a scenario (loaded, a path, or a name from the catalogue) under each of its policies, on the same arrivals.

    `policies` keeps only those named. `settings` (`"fleet.providers.aws.max_nodes=20"`) and `trace` (a path) are for a
    source that is not loaded yet. Raises ScenarioError with all its problems.
    """
    if isinstance(source, Scenario):
        if settings or trace:
            raise ValueError("settings and trace change a scenario while it is loaded: give them to load_scenario")
        scenario = source
    else:
        scenario = load_scenario(source, settings, trace)
    names = choose_policies(policies, resolve_policies(scenario))
    return [simulate(scenario, name, seed=seed, check=check) for name in names]


def experiment(
    source: Scenario | str | Path,
    replications: int = 10,
    *,
    policies: Sequence[str] = (),
    settings: Sequence[str] = (),
    jobs: int = 1,
) -> Experiment:
    """Every policy so many times on common random numbers: figures with intervals, and policies in pairs.

    `jobs` processes share the work. In a script, call it below `if __name__ == "__main__":` where there are several.
    """
    from windtunnel.pool import Pool
    from windtunnel.replicating import Finished, one

    scenario = source if isinstance(source, Scenario) else load_scenario(source, settings)
    names = choose_policies(policies, resolve_policies(scenario))
    pool: Pool[Finished] = Pool(jobs)
    with pool:
        for name in names:
            for number in range(replications):
                pool.ask(one, scenario, name, number, STANDARD, False, False)
        found = list(pool.answers())
    grids = {(each.policy, each.replication): of_jobs for each, of_jobs, _ in found}
    return analyse([each for each, _, _ in found], grids=grids)


def frame(result: RunResult) -> "pd.DataFrame":
    """One row per job in order of ending, names decoded; times in µs since the start, missing where it never happened.

    The columns are those of `jobs.parquet` (docs/command-line.md). Needs pandas, from the extra `notebook`.
    """
    from windtunnel.loaded import frame_of

    return frame_of(jobs_table(result))


def load(*folders: str | Path, mixed: bool = False) -> "Loaded":
    """Kept runs and sweeps, or folders of such, as tables: `load("out/a").jobs`, `load("out/a", "out/b").metrics`.

    Raises StoreError where runs differ in code or inputs, unless they may be `mixed`. Needs the extra `notebook`.
    """
    from windtunnel.loaded import Loaded

    return Loaded(folders, mixed)

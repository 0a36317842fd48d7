"""What is to be explained: a kept run, or a scenario that is run first; and what running it again must agree with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from windtunnel.choosing import choose_policies, choose_run
from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from scenarios.spec import Scenario
    from sim.results import RunResult


@dataclass(frozen=True, slots=True)
class Source:
    """A finished run, and all that is needed to run it again. `made_by` tells how it was made, for error messages."""

    name: str
    scenario: "Scenario"
    result: "RunResult"
    made_by: tuple[str, ...] = ()


def kept_run(directory: Path, policy: str | None) -> Source:
    """A folder of `windtunnel run --out`. Raises StoreError, ScenarioError or BadInput."""
    from pydantic import ValidationError

    from reports.json_view import windtunnel_version
    from reports.manifest import read_manifest
    from reports.store import load_run
    from scenarios.loader import resolve_policies
    from scenarios.plugins import identity
    from scenarios.spec import Scenario

    manifest = read_manifest(directory)
    facts = choose_run(manifest.runs, policy, str(directory))
    try:
        scenario = Scenario.model_validate(manifest.scenario)
    except ValidationError as error:
        missing = facts.scheduling.get("plugin")
        why = f"it was run with a plugin ({missing}): name it with --plugin" if missing else f"{error.errors()[0]}"
        raise BadInput(f"{directory} was run with a scenario that this windtunnel does not read: {why}") from None
    made_by = []
    if manifest.windtunnel != windtunnel_version():
        made_by.append(f"it was made by windtunnel {manifest.windtunnel}, and this is {windtunnel_version()}")
    then, now = facts.scheduling.get("plugin", ""), identity(resolve_policies(scenario)[facts.policy])
    if then != now:
        raise BadInput(f"{directory} was run with {_plugin(then)}, and now there is {_plugin(now)}: see --plugin")
    _check_trace(directory, scenario)
    result = next(one for one in load_run(directory) if one.policy == facts.policy)
    made_by.append("its trace, its scenario or windtunnel's code may have changed since")
    return Source(str(directory), scenario, result, tuple(made_by))


def _plugin(words: str) -> str:
    return f"the plugin {words}" if words else "no plugin"


def _check_trace(directory: Path, scenario: "Scenario") -> None:
    trace = scenario.workload.trace
    if trace is not None and not Path(trace.file).is_file():
        raise BadInput(f"{directory} replayed {trace.file}, which is not there any more: it cannot be run again")


def scenario_run(
    source: str, policy: str | None, seed: int | None, settings: Sequence[str], trace: str | None, quiet: bool
) -> Source:
    """A scenario file or a name of the catalogue, run under one policy."""
    from scenarios.loader import load_scenario, resolve_policies
    from sim.run import simulate
    from windtunnel.progress import progress

    scenario = load_scenario(source, settings if seed is None else (*settings, f"seed={seed}"), trace)
    names = choose_policies([policy] if policy else [], resolve_policies(scenario))
    if len(names) > 1:
        raise BadInput(f"{source} has several policies: choose one of {', '.join(names)} with --policy")
    with progress(names, quiet) as begin:
        result = simulate(scenario, names[0], on_progress=begin(names[0]))
    return Source(source, scenario, result, ("this is a fault of windtunnel",))

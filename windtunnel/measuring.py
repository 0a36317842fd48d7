"""One replication as a task for any machine: refused there where its code, a plugin or a trace is another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from reports.findings import Replication
    from scenarios.spec import Scenario
    from scenarios.thresholds import Metric


class Plugged(NamedTuple):
    """A file of policies, and the hash of what is in it."""

    source: str
    sha256: str


class Task(NamedTuple):
    """`code` is the version of the one that asks, "" where it is of this machine; `trace` the hash of the trace."""

    run_id: str
    scenario: "Scenario"
    policy: str
    replication: int
    metrics: "tuple[Metric, ...]"
    plugins: tuple[Plugged, ...] = ()
    code: str = ""
    trace: str = ""
    check: bool = False


def measure(task: Task) -> "Replication":
    """Simulate it. Raises BadInput on a machine where something else would come out."""
    from reports.provenance import code_version
    from reports.replications import replicate
    from windtunnel.identity import file_hash

    if task.code and task.code != code_version():
        raise BadInput(f"a worker has other code ({code_version()}) than this windtunnel ({task.code})")
    plug(task.plugins)
    file = task.scenario.workload.trace.file if task.scenario.workload.trace else ""
    if task.trace and task.code:
        try:
            found = file_hash(file)
        except OSError as error:
            raise BadInput(f"a worker cannot read the trace {file}: {error.strerror}") from None
        if found != task.trace:
            raise BadInput(f"a worker has another {file} than this machine")
    replication, _ = replicate(task.scenario, task.policy, task.replication, task.metrics, task.check)
    return replication


_plugged: set[Plugged] = set()


def plug(plugins: Sequence[Plugged]) -> None:
    """Load those that this process has not yet."""
    for plugin in plugins:
        if plugin not in _plugged:
            from scenarios.plugins import plug_in

            found = plug_in(plugin.source)
            if found.sha256 != plugin.sha256:
                raise BadInput(f"a worker has another {plugin.source} than this machine")
            _plugged.add(plugin)


def plug_in_here(sources: Sequence[str]) -> tuple[Plugged, ...]:
    """Load plugins in this process; raises ScenarioError."""
    from scenarios.plugins import plug_in

    found = tuple(Plugged(source, plug_in(source).sha256) for source in sources)
    _plugged.update(found)
    return found

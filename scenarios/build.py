"""From a scenario to its workload: generated, or replayed from a trace."""

from scenarios.spec import Scenario
from scenarios.synthetic import Stream, SyntheticWorkload
from scenarios.workload import Workload


def build_workload(scenario: Scenario, stream: Stream) -> Workload:
    """The workload that `scenario` asks for.

    `stream(entity, purpose)` gives a fresh generator at the start of that named stream, each time it is called.
    Raises TraceError where a trace cannot be read, and ValueError for a workload that the loader would have refused.
    """
    spec, tenants = scenario.workload, tuple(scenario.tenants)
    if spec.synthetic is not None:
        if scenario.horizon is None:
            raise ValueError("a synthetic workload needs a horizon")
        return SyntheticWorkload(spec.synthetic, tenants, stream, scenario.horizon)
    if spec.trace is not None:
        from scenarios.traces.replay import TraceWorkload
        from scenarios.traces.trace import read_trace

        return TraceWorkload(read_trace(spec.trace), spec.trace, tenants, scenario.horizon)
    raise ValueError("a workload is synthetic or a trace")

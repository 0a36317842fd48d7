"""From a scenario to its workload: generated, replayed from a trace, or pipelines that are written out."""

from scenarios.problems import Problem, ScenarioError
from scenarios.quantities import DURATION
from scenarios.spec import Scenario
from scenarios.synthetic import Stream, SyntheticWorkload
from scenarios.workload import Workload


def build_workload(scenario: Scenario, stream: Stream) -> Workload:
    """The workload that `scenario` asks for.

    `stream(entity, purpose)` gives a fresh generator at the start of that named stream, each time it is called.
    Raises TraceError where a trace cannot be read, ScenarioError where it ends before the warm-up does, and ValueError
    for a workload that the loader would have refused.
    """
    spec, tenants = scenario.workload, tuple(scenario.tenants)
    if spec.synthetic is not None:
        if scenario.horizon is None:
            raise ValueError("a synthetic workload needs a horizon")
        return SyntheticWorkload(spec.synthetic, tenants, stream, scenario.horizon)
    if spec.trace is not None:
        from scenarios.traces.replay import TraceWorkload
        from scenarios.traces.trace import read_trace

        workload = TraceWorkload(read_trace(spec.trace), spec.trace, tenants, scenario.horizon)
        if workload.horizon_us <= scenario.warm_up:  # only the trace knows when it ends
            found, span = DURATION.format(scenario.warm_up), DURATION.format(workload.horizon_us)
            raise ScenarioError(
                [Problem(spec.trace.file, 0, ("warm_up",), found, f"less than the trace lasts, {span}")]
            )
        return workload
    if spec.pipelines is not None:
        from scenarios.pipelines import PipelinesWorkload

        return PipelinesWorkload(spec.pipelines, tenants, stream, scenario.horizon)
    raise ValueError("a workload is synthetic, a trace or pipelines")

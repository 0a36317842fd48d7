"""Orchestration joins a run with what its scenario uses of it: people, steps, a merge queue, and figures."""

from collections.abc import Callable, Iterator

from domain.orchestration.merge_queue import MergeQueue, MergeQueuePolicy
from domain.shared.events import Translation
from scenarios.distributions import latencies_us
from scenarios.spec import WorkloadSpec
from scenarios.spec_orchestration import JobTerms, PipelineTerms
from scenarios.terms import pipeline_terms, terms_of
from sim.checkers_orchestration import GroupsAreExclusive, NeedsAreMet
from sim.contexts.orchestration_books import Books
from sim.contexts.parts import Checker, Joined, Parts
from sim.processes.approvals import People, answer_requests
from sim.processes.merging import Merging
from sim.processes.steps import run_steps
from sim.streams import Streams

_BLOCK = 512


def join(parts: Parts, check: bool) -> Joined:
    workload = parts.scenario.workload
    if not used(workload) and parts.scenario.faults is None:  # faults bring retries, which are told by cause
        return Joined()
    jobs = list(jobs_of(workload))
    merge_queue = workload.synthetic and workload.synthetic.merge_queue
    hears: list[Translation] = []
    people = {
        name: People(
            latencies_us(job.approval.answer, parts.streams(f"job-class/{name}", "approval-delays")),
            _chances(parts.streams, f"job-class/{name}", job.approval.refused),
        )
        for name, job in jobs
        if job.approval
    }
    if people:
        hears.append(answer_requests(parts.engine, parts.orchestrator.gates, people))
    if any(job.steps for _, job in jobs):
        hears.append(run_steps(parts.engine, parts.executor, parts.orchestrator, parts.truth))
    if merge_queue:
        queue = MergeQueue(MergeQueuePolicy(merge_queue.batch_size, merge_queue.depth), parts.bus.publish)
        merging = Merging(parts.engine, parts.submissions, parts.orchestrator, queue)
        parts.routes["merge_group"] = merging.take
        hears.append(merging.subscriptions())
    books = Books(parts.scenario.warm_up)
    checkers: tuple[Checker, ...] = (NeedsAreMet(), GroupsAreExclusive()) if check else ()
    return Joined(observes=(books.subscriptions(),), hears=hears, checkers=checkers, tables=books.tables)


def jobs_of(workload: WorkloadSpec) -> Iterator[tuple[str, JobTerms]]:
    """Label and terms of every class of jobs; recorded jobs have none."""
    if workload.synthetic:
        yield from workload.synthetic.jobs.items()
    for pipeline in (workload.pipelines or {}).values():
        for name, job in pipeline.jobs.items():
            yield job.label or name, job


def used(workload: WorkloadSpec) -> bool:
    """Whether the scenario says anything that only Orchestration understands."""
    pipelines: list[PipelineTerms] = [one.terms() for one in (workload.pipelines or {}).values()]
    if synthetic := workload.synthetic:
        if synthetic.merge_queue or synthetic.pushes.events:
            return True
        pipelines.append(synthetic)
    return any(map(pipeline_terms, pipelines)) or any(terms_of(*one) for one in jobs_of(workload))


def _chances(streams: Streams, entity: str, rate: float) -> Callable[[], bool]:
    """A source of answers that are yes with this probability, drawn in blocks."""
    if not rate:
        return lambda: False

    def draw() -> Iterator[bool]:
        generator = streams(entity, "approval-refusals")
        while True:
            yield from (generator.random(_BLOCK) < rate).tolist()

    return draw().__next__

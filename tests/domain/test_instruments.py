"""What is measured: how long pipelines wait and run, what fails and by whose fault, what workers do."""

from domain.contracts import execution as x
from domain.contracts import orchestration as o
from domain.contracts import workers as w
from domain.shared.events import Event
from domain.shared.resources import Resources
from domain.telemetry import conventions as names
from domain.telemetry.instruments import Instruments
from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter, ExponentialHistogram, Histogram
from domain.telemetry.workers import WorkerCount

ONE = Resources(1000)


def heard(*events: Event, limit: int = 100) -> Instruments:
    instruments = Instruments(limit)
    instruments.hear(events)
    return instruments


def queued(at: int, attempt: int = 1) -> Event:
    return o.JobQueued(at, 7, 1, "t", "build", ONE, (), attempt, 0)


def ended(at: int, state: str) -> Event:
    return o.JobEnded(at, 7, 1, "t", "build", state, 1)


def shown(metric: Metric) -> dict[tuple[str, ...], object]:
    """The values of the tags, sorted by their names, and what the series holds: (count, sum) of a histogram."""
    return {
        tuple(value for _, value in tags): (point.count, point.sum)
        if isinstance(point, Histogram | ExponentialHistogram)
        else point.value
        for tags, point in metric
        if not isinstance(point, Histogram | ExponentialHistogram) or point.count
    }


BEGIN = o.PipelineStarted(100, 1, "t", 1)
ALL = [BEGIN, queued(110), o.JobStarted(130, 7, 1), ended(190, "FAILED"), o.PipelineEnded(200, 1, "t", "FAILED")]


def test_a_pipeline_is_pending_until_its_first_job_starts_and_then_executes() -> None:
    assert shown(heard(*ALL[:2]).run_active) == {("t", "pending"): 1}
    assert shown(heard(*ALL[:3]).run_active) == {("t", "pending"): 0, ("t", "executing"): 1}
    whole = heard(*ALL)
    assert shown(whole.run_active) == {("t", "pending"): 0, ("t", "executing"): 0}
    assert shown(whole.run_duration) == {("t", "pending"): (1, 30), ("t", "failure", "executing", "failed"): (1, 70)}
    assert shown(whole.run_errors) == {("t", "failed"): 1}


def test_a_pipeline_whose_jobs_never_start_was_only_pending() -> None:
    whole = heard(BEGIN, queued(110), ended(150, "CANCELLED"), o.PipelineEnded(150, 1, "t", "CANCELLED"))
    assert shown(whole.run_duration) == {("t", "cancellation", "pending"): (1, 50)}
    assert shown(whole.run_errors) == {}
    assert shown(whole.jobs_ended) == {("t", "build", "cancellation"): 1}
    assert shown(whole.queue_wait) == {}


def test_a_pipeline_may_begin_and_execute_at_the_very_start() -> None:
    whole = heard(
        o.PipelineStarted(0, 1, "t", 1), queued(0), o.JobStarted(0, 7, 1), ended(9, "SUCCEEDED"),
        o.PipelineEnded(9, 1, "t", "SUCCEEDED"),
    )  # fmt: skip
    assert shown(whole.run_active) == {("t", "pending"): 0, ("t", "executing"): 0}
    assert shown(whole.run_duration) == {("t", "pending"): (1, 0), ("t", "success", "executing"): (1, 9)}


def test_a_retried_job_waited_from_its_first_queueing_to_its_last_start() -> None:
    again = [queued(150, 2), o.JobStarted(170, 7, 2), ended(200, "SUCCEEDED")]
    whole = heard(BEGIN, queued(110), o.JobStarted(130, 7, 1), *again)
    assert shown(whole.queue_wait) == {("t", "build"): (1, 60)}
    assert shown(whole.job_duration) == {("t", "build", "success"): (1, 30)}
    assert (
        shown(heard(BEGIN, queued(110), o.JobStarted(130, 7, 1), queued(150, 2), ended(160, "EXPIRED")).queue_wait)
        == {}
    )


def test_only_faults_of_the_infrastructure_are_the_systems() -> None:
    def attempt(state: str, cause: str) -> Event:
        return x.ExecutionEnded(5, 1, 7, 1, 1, 1, 1, state, cause, 5)

    whole = heard(
        attempt("FAILED", "user"), attempt("LOST", "infra"), attempt("FAILED", "infra"), attempt("COMPLETED", ""),
        w.WorkerFailed(6, 1, "never-came"),
    )  # fmt: skip
    assert shown(whole.system_errors) == {
        ("agent", "lost"): 1, ("agent", "failed"): 1, ("provider", "never-came"): 1,
    }  # fmt: skip


def test_names_are_those_of_the_conventions() -> None:
    assert [metric.name for metric in heard().metrics if not metric.name.startswith("windtunnel.")] == [
        "cicd.pipeline.run.duration", "cicd.pipeline.run.active", "cicd.pipeline.run.errors", "cicd.system.errors",
    ]  # fmt: skip
    assert {type(point) for metric in heard(*ALL).metrics for _, point in metric} >= {Counter, Histogram}
    assert set(names.RESULTS.values()) == {"success", "failure", "error", "timeout", "cancellation", "skip"}


def test_a_state_that_the_conventions_do_not_know_is_told_as_it_is() -> None:
    assert shown(heard(ended(1, "PARKED")).jobs_ended) == {("t", "build", "parked"): 1}


def test_workers_are_counted_by_what_they_do_and_late_news_of_one_that_is_gone_is_not() -> None:
    count, seen = WorkerCount(), []
    life = [
        w.WorkerRequested(0, 3, 1, "pool", 7), w.WorkerReady(1, 3), w.WorkerAcquired(2, 3, 1, 1, 7, 1),
        w.WorkerReleased(3, 3, "pool"), w.WorkerDraining(4, 3), w.WorkerTerminated(5, 3, 1), w.WorkerReady(6, 3),
        w.WorkerTerminated(7, 3, 1),
    ]  # fmt: skip
    for event in life:
        count.hear([event])
        seen.append(tuple(shown(count.metric)[state,] for state in ("offline", "available", "busy")))
    assert seen == [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]

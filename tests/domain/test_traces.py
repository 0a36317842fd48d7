"""Traces: each pipeline is a tree of spans, jobs above attempts above phases above steps, whatever becomes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contracts import execution as x
from domain.contracts import orchestration as o
from domain.contracts import scheduling as s
from domain.shared.events import Event
from domain.shared.resources import Resources
from domain.telemetry.recording import TraceRecording
from domain.telemetry.spans import OpenSpan, Span, faults
from domain.telemetry.tracing import trace_context

ONE = Resources(1000)
SEED = 5


def record(events: list[Event], keep_one_in: int = 1) -> list[list[Span]]:
    traces: list[list[Span]] = []
    TraceRecording(SEED, lambda trace: traces.append(list(trace)), keep_one_in).hear(events)
    return traces


def queued(at: int, attempt: int = 1, job: int = 7, pipeline: int = 1) -> Event:
    return o.JobQueued(at, job, pipeline, "t", "build", ONE, (), attempt, 0)


def placed(at: int, attempt: int = 1, job: int = 7) -> Event:
    return s.JobPlaced(at, attempt, job, attempt, 3, "cloud/linux", ONE)


def ran(at: int, execution: int, state: str, cause: str = "", job: int = 7) -> Event:
    return x.ExecutionEnded(at, execution, job, execution, execution, 1, 3, state, cause, 1)


BEGIN = o.PipelineStarted(0, 1, "t", 1)
FINISH = [o.JobEnded(60, 7, 1, "t", "build", "SUCCEEDED", 1), o.PipelineEnded(60, 1, "t", "SUCCEEDED")]
HAPPY = [
    BEGIN, queued(1), placed(5), x.ExecutionStarted(10, 1, 7, 1, 1, 3), x.ExecutionRunning(20, 1),
    o.StepStarted(20, 7, 1, 0, "checkout"), o.StepEnded(25, 7, 1, 0, "checkout", "SUCCEEDED"),
    o.StepStarted(25, 7, 1, 1, "make"), x.ExecutionUploading(50, 1), o.StepEnded(50, 7, 1, 1, "make", "SUCCEEDED"),
    o.StepEnded(50, 7, 1, 2, "notify", "SKIPPED"), ran(60, 1, "COMPLETED"), *FINISH,
]  # fmt: skip


def times(trace: list[Span]) -> dict[str, tuple[int, int]]:
    return {span.name: (span.start_us, span.end_us) for span in trace}


def test_a_pipeline_that_goes_well_shows_where_its_time_went() -> None:
    (trace,) = record(HAPPY)
    assert times(trace) == {
        "RUN t": (0, 60), "build": (1, 60), "attempt 1": (1, 60), "queue": (1, 5), "start": (5, 10),
        "prepare": (10, 20), "run": (20, 50), "checkout": (20, 25), "make": (25, 50), "upload": (50, 60),
    }  # fmt: skip
    assert list(faults(trace)) == []
    assert trace[-1].kind == "server"
    assert {span.kind for span in trace[:-1]} == {"internal"}
    attempt = next(span for span in trace if span.name == "attempt 1")
    assert dict(attempt.attributes) == {
        "windtunnel.attempt": 1, "windtunnel.node": 3, "windtunnel.pool": "cloud/linux",
        "cicd.pipeline.task.run.result": "success",
    }  # fmt: skip
    assert ("cicd.pipeline.result", "success") in trace[-1].attributes
    assert all(span.status == "unset" for span in trace)


def test_spans_have_the_contexts_that_anybody_can_compute() -> None:
    (trace,) = record(HAPPY)
    by_name = {span.name: span.context for span in trace}
    assert by_name["RUN t"] == trace_context(SEED, 1)
    assert by_name["build"] == trace_context(SEED, 1, 7)
    assert by_name["attempt 1"] == trace_context(SEED, 1, 7, 1)
    assert by_name["run"] == trace_context(SEED, 1, 7, 1, "run")
    assert by_name["make"] == trace_context(SEED, 1, 7, 1, "run", "step 1")


def test_a_retry_is_another_attempt_after_backing_off() -> None:
    events = [
        BEGIN, queued(1), placed(2), x.ExecutionStarted(3, 1, 7, 1, 1, 3), x.ExecutionRunning(3, 1),
        ran(10, 1, "LOST", "infra"), o.JobRetried(10, 7, 1, "infra", 5), queued(15, 2), placed(16, 2),
        x.ExecutionStarted(17, 2, 7, 2, 2, 3), x.ExecutionRunning(17, 2), ran(60, 2, "COMPLETED"), *FINISH,
    ]  # fmt: skip
    (trace,) = record(events)
    assert list(faults(trace)) == []
    found = times(trace)
    assert (found["attempt 1"], found["back off"], found["attempt 2"]) == ((1, 10), (10, 15), (15, 60))
    lost = next(span for span in trace if span.name == "attempt 1")
    assert lost.status == "error"
    assert {("cicd.pipeline.task.run.result", "error"), ("error.type", "lost")} <= set(lost.attributes)


def test_a_worker_that_never_came_ends_the_attempt_when_the_job_queues_again() -> None:
    (trace,) = record([BEGIN, queued(1), placed(2), queued(9, 2), *FINISH])
    assert times(trace) == {
        "RUN t": (0, 60), "build": (1, 60), "attempt 1": (1, 9), "queue": (9, 60), "start": (2, 9),
        "attempt 2": (9, 60),
    }  # fmt: skip
    assert list(faults(trace)) == []


def test_what_is_held_shows_by_what() -> None:
    held = o.PipelineHeld(0, 1, "t", 1, "main", "push", "", "main", "trusted")
    events = [held, o.PipelineStarted(5, 1, "t", 1), o.JobHeld(5, 7, 1, "t", "build", "approval"), queued(20), *FINISH]
    (trace,) = record(events)
    assert times(trace)["held: approval"] == (5, 20)
    assert times(trace)["RUN t"] == (0, 60)
    assert list(faults(trace)) == []


def test_a_job_that_is_skipped_is_a_moment() -> None:
    skipped = o.JobEnded(60, 7, 1, "t", "build", "SKIPPED", 0)
    (trace,) = record([BEGIN, skipped, FINISH[1]])
    assert times(trace) == {"build": (60, 60), "RUN t": (0, 60)}


def test_late_and_duplicated_news_change_nothing() -> None:
    twice = [event for event in HAPPY[:-2] for _ in range(2)]
    late = [x.ExecutionUploading(61, 1), ran(61, 1, "LOST"), o.StepEnded(61, 7, 1, 1, "make", "FAILED"), FINISH[1]]
    traces = record([*twice, *FINISH, *late, FINISH[0]])
    assert [sorted(trace, key=str) for trace in traces] == [sorted(trace, key=str) for trace in record(HAPPY)]


def test_a_sample_has_whole_traces_and_the_same_ones_each_time() -> None:
    def life(pipeline: int) -> list[Event]:
        return [
            o.PipelineStarted(0, pipeline, "t", 1), queued(1, job=pipeline, pipeline=pipeline),
            o.JobEnded(9, pipeline, pipeline, "t", "build", "CANCELLED", 1),
            o.PipelineEnded(9, pipeline, "t", "CANCELLED"),
        ]  # fmt: skip

    events = [event for pipeline in range(200) for event in life(pipeline)]
    sample = record(events, 4)
    assert 20 < len(sample) < 80
    assert sample == [trace for trace in record(events) if trace in sample]


EVERY_KIND = (
    queued, placed, lambda at, n: x.ExecutionStarted(at, n, 7, n, n, 3), lambda at, n: x.ExecutionRunning(at, n),
    lambda at, n: x.ExecutionUploading(at, n), lambda at, n: ran(at, n, "FAILED", "user"),
    lambda at, n: o.JobRetried(at, 7, n, "user", 3), lambda at, n: o.JobHeld(at, 7, 1, "t", "build", "concurrency"),
    lambda at, n: o.StepStarted(at, 7, n, n, f"step {n}"), lambda at, n: o.StepEnded(at, 7, n, n, "", "FAILED"),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(EVERY_KIND), st.integers(1, 3), st.integers(0, 9)), max_size=40))
@settings(max_examples=300)
def test_whatever_comes_in_whatever_order_spans_nest(found: list) -> None:
    events, now = [BEGIN], 0
    for kind, number, pause in found:
        now += pause
        events.append(kind(now, number))
    ends = [o.JobEnded(now, 7, 1, "t", "build", "FAILED", 3), o.PipelineEnded(now, 1, "t", "FAILED")]
    (trace,) = record([*events, *ends])
    assert list(faults(trace)) == []


ROOT = OpenSpan(trace_context(1, 1), "", "root", 10)
CHILD = ROOT.child("child", 12)


@pytest.mark.parametrize(
    ("trace", "fault"),
    [
        ([CHILD.end(15)], "a trace has one root"),
        ([CHILD.end(15)], "span child has no parent"),
        ([ROOT.end(20), CHILD.end(21)], "span child is not within root"),
        ([ROOT.end(20), ROOT.child("early", 9).end(12)], "span early is not within root"),
        ([ROOT.end(20), CHILD.end(15), CHILD.end(16)], "a span id stands twice"),
        ([ROOT.end(20), CHILD.end(11)], "span child ends before it starts"),
        ([ROOT.end(20), OpenSpan(trace_context(1, 2), "", "other", 10).end(11)], "a trace has one id"),
    ],
)
def test_a_planted_fault_is_found(trace: list[Span], fault: str) -> None:
    assert fault in list(faults(trace))
    assert list(faults([ROOT.end(20), CHILD.end(20)])) == []

"""What is written as OTLP is read by OpenTelemetry's own messages, with every id, time and bucket as it was."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from domain.contracts.orchestration import JobEnded
from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter, ExponentialHistogram, Gauge, Histogram, UpDownCounter
from domain.telemetry.spans import OpenSpan, Span
from domain.telemetry.tags import TagSets
from domain.telemetry.tracing import trace_context
from reports.export import Exported, MetricSink
from reports.manifest import RunFacts, facts_of
from reports.otlp import EPOCH_NS
from reports.otlp_metrics import OtlpMetrics
from reports.otlp_traces import SPANS_PER_LINE, OtlpTraces

TAGS = TagSets()


@pytest.fixture
def facts(make) -> RunFacts:
    return facts_of(make(), 0)


def requests(lines: bytes, kind: Any) -> list[Any]:
    """Each line by protobuf's own reader, which knows bytes in base64 where OTLP has hexadecimal."""
    found = []
    for line in lines.splitlines():
        plain = msgspec.json.decode(line)
        _to_base64(plain)
        found.append(json_format.ParseDict(plain, kind()))
    return found


def _to_base64(plain: Any) -> None:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key in ("traceId", "spanId", "parentSpanId"):
                plain[key] = base64.b64encode(bytes.fromhex(value)).decode()
            else:
                _to_base64(value)
    elif isinstance(plain, list):
        for value in plain:
            _to_base64(value)


def written_traces(facts: RunFacts, *traces: Sequence[Span]) -> list[ExportTraceServiceRequest]:
    out = bytearray()
    writer = OtlpTraces(out.extend, facts)
    for trace in traces:
        writer.add(trace)
    writer.close()
    assert writer.spans == sum(map(len, traces))
    return requests(bytes(out), ExportTraceServiceRequest)


def spans_of(request: ExportTraceServiceRequest) -> list[OtlpSpan]:
    return list(request.resource_spans[0].scope_spans[0].spans)


def value_of(any_value: Any) -> str | int:
    return getattr(any_value, any_value.WhichOneof("value"))


ROOT = OpenSpan(msgspec.structs.replace(trace_context(1, 1), state=(("a", "1"),)), "", "root", 10)
TRACE = [
    ROOT.child("job", 11, attributes=(("task", "é"), ("attempt", 2**62))).end(2**40, "error"),
    msgspec.structs.replace(ROOT, kind="server").end(2**40, "ok"),
]


def test_spans_come_back_with_their_ids_times_and_attributes(facts) -> None:
    (request,) = written_traces(facts, TRACE)
    for span, back in zip(TRACE, spans_of(request), strict=True):
        assert back.trace_id.hex() == span.context.trace_id
        assert back.span_id.hex() == span.context.span_id
        assert back.parent_span_id.hex() == span.parent_id
        assert back.name == span.name
        assert back.start_time_unix_nano == EPOCH_NS + span.start_us * 1_000
        assert back.end_time_unix_nano == EPOCH_NS + span.end_us * 1_000
        assert {each.key: value_of(each.value) for each in back.attributes} == dict(span.attributes)
        assert back.flags == 1
        assert back.trace_state == "a=1"
    child, root = spans_of(request)
    assert (child.kind, root.kind) == (OtlpSpan.SPAN_KIND_INTERNAL, OtlpSpan.SPAN_KIND_SERVER)
    assert (child.status.code, root.status.code) == (Status.STATUS_CODE_ERROR, Status.STATUS_CODE_OK)


def test_the_resource_says_which_run_it_was(facts) -> None:
    (request,) = written_traces(facts, TRACE)
    found = {each.key: value_of(each.value) for each in request.resource_spans[0].resource.attributes}
    assert found["service.name"] == "windtunnel"
    assert (found["windtunnel.scenario"], found["windtunnel.policy"]) == (facts.scenario, facts.policy)
    assert found["windtunnel.seed"] == facts.seed
    assert request.resource_spans[0].schema_url == "https://opentelemetry.io/schemas/1.43.0"


def test_many_spans_are_many_requests_and_no_trace_is_torn(facts) -> None:
    traces = [[OpenSpan(trace_context(1, p), "", "root", p).end(p + 1)] * 3 for p in range(SPANS_PER_LINE)]
    found = written_traces(facts, *traces)
    assert len(found) == 3
    ids = [[span.trace_id for span in spans_of(request)] for request in found]
    assert sum(map(len, ids)) == 3 * SPANS_PER_LINE
    assert sum(len(set(some)) for some in ids) == SPANS_PER_LINE, "no id in two requests"


def test_no_trace_at_all_is_still_a_request(facts) -> None:
    (request,) = written_traces(facts)
    assert spans_of(request) == []


def written_metrics(facts: RunFacts, *metrics: Metric[Any]) -> dict[str, Any]:
    out = bytearray()
    writer = OtlpMetrics(out.extend, facts, metrics)
    writer.collect(5_000_000)
    (request,) = requests(bytes(out), ExportMetricsServiceRequest)
    return {metric.name: metric for metric in request.resource_metrics[0].scope_metrics[0].metrics}


def test_sums_and_gauges_come_back(facts) -> None:
    counter, both, gauge, none = (
        Metric(kind.__name__, "{job}", "what", kind) for kind in (Counter, UpDownCounter, Gauge, Counter)
    )
    none.name = "none"
    counter.at(TAGS({"a": "x"})).add(2**62)
    both.at(TAGS({})).add(-4)
    gauge.at(TAGS({})).set(9)
    found = written_metrics(facts, counter, both, gauge, none)
    assert set(found) == {"Counter", "UpDownCounter", "Gauge"}
    (point,) = found["Counter"].sum.data_points
    assert (point.as_int, point.attributes[0].key, point.attributes[0].value.string_value) == (2**62, "a", "x")
    assert (point.start_time_unix_nano, point.time_unix_nano) == (EPOCH_NS, EPOCH_NS + 5 * 10**9)
    assert found["Counter"].sum.is_monotonic
    assert found["Counter"].sum.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE
    assert not found["UpDownCounter"].sum.is_monotonic
    assert found["UpDownCounter"].sum.data_points[0].as_int == -4
    assert found["Gauge"].gauge.data_points[0].as_int == 9
    assert (found["Gauge"].unit, found["Gauge"].description) == ("{job}", "what")


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_what_happens_at_the_moment_of_a_collection_belongs_to_the_next(facts, cut: int) -> None:
    events = [JobEnded(at, at, 1, "t", "l", "SUCCEEDED", 1) for at in (99, 100, 250)]
    out, done = bytearray(), Exported()
    sink = MetricSink(out.extend, facts, every_us=100)
    sink.hear(events[:cut])
    sink.hear(events[cut:])
    sink.close(260, done)
    counts = [
        (point.time_unix_nano - EPOCH_NS, point.as_int)
        for request in requests(bytes(out), ExportMetricsServiceRequest)
        for metric in request.resource_metrics[0].scope_metrics[0].metrics
        if metric.name == "windtunnel.job.ended"
        for point in metric.sum.data_points
    ]
    assert counts == [(100_000, 1), (200_000, 2), (260_000, 3)]


def test_a_histogram_in_seconds_has_its_bounds_in_seconds(facts) -> None:
    metric = Metric("wait", "s", "", lambda: Histogram((1_000_000, 60_000_000)))
    for value in (500_000, 1_000_000, 2_000_000, 90_000_000):
        metric.at(TAGS({})).record(value)
    (point,) = written_metrics(facts, metric)["wait"].histogram.data_points
    assert list(point.explicit_bounds) == [1.0, 60.0]
    assert list(point.bucket_counts) == [2, 1, 1]
    assert (point.count, point.sum, point.min, point.max) == (4, 93.5, 0.5, 90.0)


def test_an_exponential_histogram_keeps_its_buckets(facts) -> None:
    metric = Metric("ran", "us", "", ExponentialHistogram)
    values = [0, 1, 5, 1_000, 10**9]
    for value in values:
        metric.at(TAGS({})).record(value)
    (point,) = written_metrics(facts, metric)["ran"].exponential_histogram.data_points
    assert (point.count, point.sum, point.zero_count) == (5, sum(values), 1)
    base = 2**2**-point.scale
    bounds = [base ** (point.positive.offset + i) for i in range(len(point.positive.bucket_counts) + 1)]
    filled = [(low, high) for low, high, n in zip(bounds, bounds[1:], point.positive.bucket_counts, strict=False) if n]
    assert len(filled) == 4
    for value, (low, high) in zip(values[1:], filled, strict=True):
        assert low * 0.999 <= value <= high * 1.001

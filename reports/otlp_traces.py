"""Traces as OTLP: each span of a run, some thousand to a line."""

from collections.abc import Sequence

from domain.telemetry.propagation import format_state
from domain.telemetry.spans import Span
from domain.telemetry.tracing import SAMPLED
from reports.manifest import RunFacts
from reports.otlp import Json, Write, attributes, resource, when, write_line

KINDS = {"internal": 1, "server": 2}
STATUS = {"unset": 0, "ok": 1, "error": 2}
SPANS_PER_LINE = 4_000


class OtlpTraces:
    """Give it every trace, then `close` it. No trace is spread over two lines."""

    def __init__(self, write: Write, facts: RunFacts) -> None:
        self.spans = 0
        self._write = write
        self._about = resource(facts)
        self._waiting: list[Json] = []

    def add(self, trace: Sequence[Span]) -> None:
        self.spans += len(trace)
        self._waiting += map(span_json, trace)
        if len(self._waiting) >= SPANS_PER_LINE:
            self._flush()

    def close(self) -> None:
        if self._waiting or not self.spans:  # no trace at all is a request without spans, not an empty file
            self._flush()

    def _flush(self) -> None:
        write_line(self._write, "Spans", self._about, "spans", self._waiting)
        self._waiting = []


def span_json(span: Span) -> Json:
    context = span.context
    found: Json = {
        "traceId": context.trace_id,
        "spanId": context.span_id,
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": when(span.start_us),
        "endTimeUnixNano": when(span.end_us),
        "attributes": attributes(span.attributes),
        "flags": SAMPLED if context.sampled else 0,
    }
    if span.parent_id:
        found["parentSpanId"] = span.parent_id
    if context.state:
        found["traceState"] = format_state(context)
    if span.status != "unset":
        found["status"] = {"code": STATUS[span.status]}
    return found

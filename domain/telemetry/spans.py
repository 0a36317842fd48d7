"""A span: one named stretch of time in a trace, inside the stretch of its parent."""

from collections.abc import Iterator, Sequence

import msgspec

from domain.telemetry.tracing import TraceContext

Attribute = tuple[str, str | int]


class Span(msgspec.Struct, frozen=True):
    """`kind` and `status` are those of OpenTelemetry. `parent_id` is empty for the root."""

    context: TraceContext
    parent_id: str
    name: str
    kind: str  # server, internal
    start_us: int
    end_us: int
    status: str = "unset"  # unset, ok, error
    attributes: tuple[Attribute, ...] = ()


class OpenSpan(msgspec.Struct):
    """A span that has not ended yet."""

    context: TraceContext
    parent_id: str
    name: str
    start_us: int
    kind: str = "internal"
    attributes: tuple[Attribute, ...] = ()

    def child(self, name: str, now: int, key: str = "", attributes: tuple[Attribute, ...] = ()) -> "OpenSpan":
        """`key` tells it from its siblings where its name does not."""
        context = self.context.child(key or name)
        return OpenSpan(context, self.context.span_id, name, now, "internal", attributes)

    def end(self, now: int, status: str = "unset", *more: Attribute) -> Span:
        return Span(
            self.context, self.parent_id, self.name, self.kind, self.start_us, now, status, (*self.attributes, *more)
        )


def faults(trace: Sequence[Span]) -> Iterator[str]:
    """What is wrong with a whole trace: a child outside its parent, no parent, two roots, an id that stands twice."""
    by_id = {span.context.span_id: span for span in trace}
    if len(by_id) < len(trace):
        yield "a span id stands twice"
    if sum(not span.parent_id for span in trace) != 1:
        yield "a trace has one root"
    if len({span.context.trace_id for span in trace}) > 1:
        yield "a trace has one id"
    for span in trace:
        parent = by_id.get(span.parent_id)
        if span.end_us < span.start_us:
            yield f"span {span.name} ends before it starts"
        if parent is None:
            if span.parent_id:
                yield f"span {span.name} has no parent"
        elif not (parent.start_us <= span.start_us and span.end_us <= parent.end_us):
            yield f"span {span.name} is not within {parent.name}"

"""Which trace and span something belongs to: ids follow from seed and entity, so equal runs have equal traces."""

from hashlib import blake2b

import msgspec

SAMPLED = 0x01
TRACE_BYTES, SPAN_BYTES = 16, 8


class TraceContext(msgspec.Struct, frozen=True):
    """Where a message stands in a trace, as in W3C Trace Context (Recommendation of 23 November 2021).

    `trace_id` and `span_id` are lower-case hexadecimal, 32 and 16 digits, never all zero. Raises ValueError otherwise.
    `state` are the members of tracestate, the latest writer first.
    """

    trace_id: str
    span_id: str
    sampled: bool = True
    state: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not (is_id(self.trace_id, TRACE_BYTES) and is_id(self.span_id, SPAN_BYTES)):
            raise ValueError(f"not a trace context: {self.trace_id!r}, {self.span_id!r}")

    @property
    def traceparent(self) -> str:
        """Always of version 00, whatever version it was read from; flags unknown to that version are not passed on."""
        return f"00-{self.trace_id}-{self.span_id}-{SAMPLED if self.sampled else 0:02x}"

    def child(self, name: str) -> "TraceContext":
        """The span called `name` (unique among its siblings) below this one, in the same trace."""
        return msgspec.structs.replace(self, span_id=span_id(self.trace_id, self.span_id, name))


def is_id(text: str, size: int) -> bool:
    return len(text) == 2 * size and not set(text) - set("0123456789abcdef") and set(text) != {"0"}


def trace_id(seed: int, pipeline: int) -> str:
    """One trace per pipeline of a run. Hashed, so that any part of it can be sampled by."""
    return _named(TRACE_BYTES, f"{seed}/{pipeline}")


def span_id(trace: str, parent: str, name: str) -> str:
    return _named(SPAN_BYTES, f"{trace}/{parent}/{name}")


def trace_context(
    seed: int, pipeline: int, job: int | None = None, attempt: int | None = None, phase: str = "", step: str = "",
    sampled: bool = True,
) -> TraceContext:  # fmt: skip
    """The span of a pipeline, of a job in it, of an attempt of the job, of a phase of it, or of a step in a phase.

    Each level needs those before it; what is left out ends the path.
    """
    trace = trace_id(seed, pipeline)
    context = TraceContext(trace, span_id(trace, "", "pipeline"), sampled)
    path = (
        job is not None and f"job {job}", attempt is not None and f"attempt {attempt}", phase, step
    )  # fmt: skip
    for name in path:
        if not name:
            break
        context = context.child(name)
    return context


def one_in(trace: str, n: int) -> bool:
    """Whether a trace is among the about 1/n that are kept; the last 56 bits of its id decide, as in OpenTelemetry.

    Source: OpenTelemetry, "TraceState: Probability Sampling" (2025): kept where those bits reach a threshold.
    """
    return int(trace[-14:], 16) * n >= (n - 1) << 56


def _named(size: int, name: str) -> str:
    digest = blake2b(name.encode(), digest_size=size, person=b"windtunnel.trace").hexdigest()
    return digest if is_id(digest, size) else _named(size, f"{name}'")

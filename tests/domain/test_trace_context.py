"""Trace contexts are read as the W3C recommendation demands, written back the same, and follow from the seed."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.refusals import Refused
from domain.telemetry.propagation import format_state, parse, parse_state
from domain.telemetry.tracing import TraceContext, one_in, span_id, trace_context, trace_id

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"

HEX = st.sampled_from("0123456789abcdef")


def ids(size: int) -> st.SearchStrategy[str]:
    return st.text(HEX, min_size=2 * size, max_size=2 * size).filter(lambda text: set(text) != {"0"})


KEYS = st.from_regex(r"[a-z][a-z0-9_\-*/]{0,20}|[a-z0-9][a-z0-9_\-*/]{0,20}@[a-z][a-z0-9_\-*/]{0,13}", fullmatch=True)
VALUES = st.from_regex(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,200}[\x21-\x2b\x2d-\x3c\x3e-\x7e]", fullmatch=True)
STATES = st.lists(st.tuples(KEYS, VALUES.map(lambda v: v.strip())), max_size=32, unique_by=lambda m: m[0])
CONTEXTS = st.builds(TraceContext, ids(16), ids(8), st.booleans(), STATES.map(tuple))


@given(context=CONTEXTS)
def test_what_is_written_is_read_back(context: TraceContext) -> None:
    whole = ",".join(f"{key}={value}" for key, value in context.state)
    assert parse(context.traceparent, whole) == context
    assert len(context.traceparent) == 55


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("", "traceparent-version"),
        (f"0-{TRACE}-{SPAN}-01", "traceparent-version"),
        (f"0G-{TRACE}-{SPAN}-01", "traceparent-version"),
        (f"FF-{TRACE}-{SPAN}-01", "traceparent-version"),
        (f"ff-{TRACE}-{SPAN}-01", "traceparent-version"),
        (GOOD[:-1], "traceparent-length"),
        (GOOD + "-", "traceparent-length"),
        (GOOD + "-extra", "traceparent-length"),
        (f"01-{TRACE}-{SPAN}-0", "traceparent-length"),
        (f"01-{TRACE}-{SPAN}-01extra", "traceparent-layout"),
        (GOOD.replace("-", "_"), "traceparent-layout"),
        (GOOD.replace(TRACE, TRACE.upper()), "trace-id"),
        (GOOD.replace(TRACE, "0" * 32), "trace-id"),
        (GOOD.replace(SPAN, "0" * 16), "parent-id"),
        (GOOD.replace(SPAN, "g" + SPAN[1:]), "parent-id"),
        (GOOD[:-2] + "0A", "trace-flags"),
        (GOOD[:-2] + ".1", "trace-flags"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused_by_that_rule(header: str, rule: str) -> None:
    answer = parse(header, "a=1")
    assert isinstance(answer, Refused)
    assert answer.reason == rule


@pytest.mark.parametrize(
    "header", [f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-will-be", f"fe-{TRACE}-{SPAN}-03"]
)
def test_later_versions_are_read_as_far_as_they_are_known_and_passed_on_as_ours(header: str) -> None:
    context = parse(header)
    assert isinstance(context, TraceContext)
    assert context.traceparent == GOOD


@pytest.mark.parametrize(
    ("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("ff", True), ("fe", False)]
)
def test_only_the_sampled_flag_means_something_and_the_others_are_not_passed_on(flags: str, sampled: bool) -> None:
    context = parse(GOOD[:-2] + flags)
    assert isinstance(context, TraceContext)
    assert context.sampled == sampled
    assert context.traceparent[-2:] == ("01" if sampled else "00")


@pytest.mark.parametrize(
    ("header", "members"),
    [
        ("", ()),
        ("a=1", (("a", "1"),)),
        ("a=1 ,\tb=2", (("a", "1"), ("b", "2"))),
        ("a=1,,b=2,", (("a", "1"), ("b", "2"))),
        ("fw529a3039@dt=FfAA", (("fw529a3039@dt", "FfAA"),)),
        ("1a@b=c d", (("1a@b", "c d"),)),
    ],
)
def test_a_tracestate_may_have_blanks_and_empty_members(header: str, members: tuple[tuple[str, str], ...]) -> None:
    assert parse_state(header) == members


@pytest.mark.parametrize(
    "header",
    [
        "a", "=1", "a=", "A=1", "1a=1", "a b=1", "a =1", "a=1=2", "a=1,a=2", "a=é", "@b=1", "a@=1", "a@1b=1",
        f"{'a' * 257}=1", f"a={'x' * 257}", f"a@{'b' * 15}=1", ",".join(f"k{i}=1" for i in range(33)),
    ],
)  # fmt: skip
def test_a_broken_tracestate_is_dropped_alone(header: str) -> None:
    assert isinstance(parse_state(header), Refused)
    context = parse(GOOD, header)
    assert isinstance(context, TraceContext)
    assert (context.traceparent, context.state) == (GOOD, ())


@given(text=st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(parse(text, text), TraceContext | Refused)
    assert isinstance(parse(GOOD, text), TraceContext)


@given(context=CONTEXTS)
def test_a_tracestate_is_cut_by_whole_members_the_long_ones_first(context: TraceContext) -> None:
    text = format_state(context)
    members = [f"{key}={value}" for key, value in context.state]
    kept = text.split(",") if text else []
    assert len(text) <= 512
    assert kept == [member for member in members if member in kept]
    if len(",".join(members)) <= 512:
        assert kept == members
    gone = [member for member in members if member not in kept]
    if any(len(member) <= 128 for member in gone):
        assert all(len(member) <= 128 for member in kept)


@given(seed=st.integers(0, 2**63 - 1), pipeline=st.integers(1), job=st.integers(1), attempt=st.integers(1))
def test_ids_follow_from_the_seed_and_the_path_alone(seed: int, pipeline: int, job: int, attempt: int) -> None:
    paths = [(), (job,), (job, attempt), (job, attempt, "run"), (job, attempt, "run", "checkout")]
    contexts = [trace_context(seed, pipeline, *path) for path in paths]
    assert contexts == [trace_context(seed, pipeline, *path) for path in paths]
    assert {context.trace_id for context in contexts} == {trace_id(seed, pipeline)}
    assert len({context.span_id for context in contexts}) == 5
    names = [f"job {job}", f"attempt {attempt}", "run", "checkout"]
    for (parent, child), name in zip(pairwise(contexts), names, strict=True):
        assert child.span_id == span_id(parent.trace_id, parent.span_id, name)
    assert trace_id(seed + 1, pipeline) != trace_id(seed, pipeline)
    assert trace_id(seed, pipeline + 1) != trace_id(seed, pipeline)


def test_whether_it_is_sampled_and_its_state_are_passed_down() -> None:
    parent = TraceContext(TRACE, SPAN, False, (("a", "1"),))
    child = parent.child("x")
    assert (child.trace_id, child.sampled, child.state) == (TRACE, False, (("a", "1"),))
    assert child.span_id != SPAN
    assert not trace_context(1, 2, sampled=False).sampled


def test_one_trace_in_n_is_kept_and_the_coarser_sample_is_within_the_finer() -> None:
    traces = [trace_id(1, pipeline) for pipeline in range(20_000)]
    kept = [trace for trace in traces if one_in(trace, 10)]
    assert 1_800 <= len(kept) <= 2_200
    assert {trace for trace in traces if one_in(trace, 40)} < set(kept)
    assert all(one_in(trace, 1) for trace in traces)


@pytest.mark.parametrize(
    ("trace", "span"), [("0" * 32, SPAN), (TRACE, "0" * 16), (TRACE[1:], SPAN), (TRACE.upper(), SPAN)]
)
def test_no_context_has_an_invalid_id(trace: str, span: str) -> None:
    with pytest.raises(ValueError, match="not a trace context"):
        TraceContext(trace, span)


def test_a_context_never_changes() -> None:
    with pytest.raises(AttributeError):
        trace_context(1, 1).span_id = SPAN  # type: ignore[misc]
    assert msgspec.structs.replace(trace_context(1, 1), sampled=False).sampled is False

"""The text form of a trace context: traceparent and tracestate, read as strictly as the recommendation demands.

Source: W3C Recommendation "Trace Context" of 23 November 2021, sections 3.2 and 3.3. A traceparent that cannot be read
starts a new trace and takes its tracestate with it; a tracestate that cannot be read is dropped alone.
"""

import re

from domain.shared.refusals import Refused
from domain.telemetry.tracing import SAMPLED, SPAN_BYTES, TRACE_BYTES, TraceContext, is_id

VERSION_00_LENGTH = 55
MOST_MEMBERS = 32
LEAST_LENGTH = 512
"""A tracestate of up to so many characters must be passed on whole."""
LONG_MEMBER = 128
"""Members longer than this go first when a tracestate must be cut."""

_VERSION = re.compile("[0-9a-f]{2}")
_KEY = re.compile(r"[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}")
_VALUE = re.compile(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")

Members = tuple[tuple[str, str], ...]


def parse(traceparent: str, tracestate: str = "") -> TraceContext | Refused:
    """The context that the two headers carry; Refused says which rule the traceparent breaks."""
    version = traceparent[:2]
    if not _VERSION.fullmatch(version):
        return Refused("traceparent-version", f"found {version!r}, allowed: two lower-case hexadecimal digits")
    if version == "ff":
        return Refused("traceparent-version", "ff is forbidden")
    if len(traceparent) < VERSION_00_LENGTH or (version == "00" and len(traceparent) > VERSION_00_LENGTH):
        return Refused("traceparent-length", f"found {len(traceparent)} characters, version 00 has {VERSION_00_LENGTH}")
    if len(traceparent) > VERSION_00_LENGTH and traceparent[VERSION_00_LENGTH] != "-":
        return Refused("traceparent-layout", "a later version goes on with a dash")
    if (traceparent[2], traceparent[35], traceparent[52]) != ("-", "-", "-"):
        return Refused("traceparent-layout", "the four fields are not joined by dashes")
    trace, span, flags = traceparent[3:35], traceparent[36:52], traceparent[53:55]
    if not is_id(trace, TRACE_BYTES):
        return Refused("trace-id", f"found {trace!r}, allowed: 32 lower-case hexadecimal digits, not all zero")
    if not is_id(span, SPAN_BYTES):
        return Refused("parent-id", f"found {span!r}, allowed: 16 lower-case hexadecimal digits, not all zero")
    if not _VERSION.fullmatch(flags):
        return Refused("trace-flags", f"found {flags!r}, allowed: two lower-case hexadecimal digits")
    members = parse_state(tracestate)
    state = () if isinstance(members, Refused) else members
    return TraceContext(trace, span, bool(int(flags, 16) & SAMPLED), state)


def parse_state(tracestate: str) -> Members | Refused:
    """The members of a tracestate; Refused says what is wrong with it, and then all of it is dropped."""
    members: list[tuple[str, str]] = []
    for part in tracestate.split(","):
        member = part.strip(" \t")
        if not member:
            continue
        key, _, value = member.partition("=")
        if not (_KEY.fullmatch(key) and _VALUE.fullmatch(value)):
            return Refused("tracestate-member", f"found {member!r}, allowed: key=value")
        members.append((key, value))
    if len({key for key, _ in members}) < len(members):
        return Refused("tracestate-duplicate", "a key stands once")
    if len(members) > MOST_MEMBERS:
        return Refused("tracestate-length", f"found {len(members)} members, allowed: {MOST_MEMBERS}")
    return tuple(members)


def format_state(context: TraceContext, most: int = LEAST_LENGTH) -> str:
    """The tracestate in at most so many characters, 512 or more: whole members go, long ones and the last first."""
    members = [f"{key}={value}" for key, value in context.state]
    while members and len(",".join(members)) > most:
        long = [place for place, member in enumerate(members) if len(member) > LONG_MEMBER]
        del members[long[-1] if long else -1]
    return ",".join(members)

"""Every decision is counted with its reason; the latest are kept, and come out as JSON, one a line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.security.audit import AuditTrail

ROW = st.tuples(
    st.integers(0, 2**60),
    st.sampled_from("abc"),
    st.sampled_from(("granted", "no-grant")),
    st.sampled_from(("", "web")),
)


@given(st.lists(ROW, max_size=60), st.integers(1, 8))
def test_all_are_counted_and_the_latest_are_kept(rows, keep) -> None:
    trail = AuditTrail(keep)
    for at, action, reason, tenant in rows:
        trail.record(at, trail.code(action, reason), trail.name(tenant), 5, trail.name("thing"))
    kept = list(trail)
    assert len(kept) == len(trail) >= min(keep, len(rows))
    assert len(kept) < 2 * keep
    assert trail.forgotten + len(kept) == len(rows) == sum(trail.counts)
    tail = rows[len(rows) - len(kept) :]
    assert [(one.at_us, one.action, one.reason, one.tenant, one.thing) for one in kept] == [
        (*row, "thing") for row in tail
    ]
    pairs = [(action, reason) for _, action, reason, _ in rows]
    assert trail.by_reason() == {pair: pairs.count(pair) for pair in pairs}


def test_it_is_exported_as_json_lines() -> None:
    trail = AuditTrail()
    trail.record(7, trail.code("deploy", "protected-ref"), trail.name("web"), 12, trail.name('pro"duction'))
    (line,) = trail.lines()
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "at_us": 7, "action": "deploy", "reason": "protected-ref", "tenant": "web", "subject": 12,
        "thing": 'pro"duction',
    }  # fmt: skip

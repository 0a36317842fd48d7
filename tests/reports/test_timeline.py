"""Step functions rebuilt from columns say how many there were, and for how long."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reports.timeline import level, queued, running, steps

SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20)


@given(SPANS, st.integers(-1, 101))
def test_at_any_moment_the_value_is_the_number_of_spans_that_cover_it(spans, moment) -> None:
    start = np.array([a for a, _ in spans], np.int64)
    end = np.array([a + b for a, b in spans], np.int64)
    assert steps(start, end).at(moment) == sum(a <= moment < a + b for a, b in spans)


@given(SPANS, st.integers(0, 60), st.integers(1, 60))
def test_levels_agree_with_counting_every_microsecond(spans, low, length) -> None:
    start = np.array([a for a, _ in spans], np.int64)
    end = np.array([a + b for a, b in spans], np.int64)
    each = sorted(sum(a <= t < a + b for a, b in spans) for t in range(low, low + length))
    found = level(steps(start, end), (low, low + length))
    assert found.max == each[-1]
    assert abs(found.mean - sum(each) / length) < 1e-9
    at_most = sum(value <= found.p99 for value in each)
    below = sum(value < found.p99 for value in each)
    assert at_most * 100 >= 99 * length > below * 100


def test_running_and_queued_of_jobs_that_never_started(make) -> None:
    jobs = [
        {"queued_us": 0, "started_us": 5, "finished_us": 9},
        {"queued_us": 2, "started_us": -1, "finished_us": 7, "outcome": "EXPIRED"},
        {"queued_us": -1, "started_us": -1, "finished_us": 3, "outcome": "SKIPPED"},
    ]
    result = make(jobs)
    assert [running(result).at(t) for t in (0, 5, 8, 9)] == [0, 1, 1, 0]
    assert [queued(result).at(t) for t in (0, 2, 5, 7)] == [1, 2, 1, 0]

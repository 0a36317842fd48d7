"""Metrics lose nothing: equal tags are one series, buckets hold what they say, and a limit only merges series."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter, ExponentialHistogram, Gauge, Histogram, UpDownCounter, index_of, upper_of
from domain.telemetry.tags import OVERFLOW, TagSet, TagSets

NAMES = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=4)
TAGS = st.dictionaries(NAMES, NAMES, max_size=4)
VALUES = st.lists(st.integers(0, 10**12), min_size=1, max_size=200)


@given(tags=TAGS, order=st.randoms(use_true_random=False))
def test_equal_tags_are_one_object_sorted_whatever_their_order(tags: dict[str, str], order) -> None:
    make, shuffled = TagSets(), list(tags.items())
    order.shuffle(shuffled)
    one = make(tags)
    assert make(dict(shuffled)) is one
    assert list(one) == sorted(tags.items())
    assert len(one) == len(tags)
    assert all(one.get(name) == value for name, value in tags.items())
    assert one.get("no such") is None
    assert one == TagSets()(tags)
    assert hash(one) == hash(TagSets()(tags))
    assert len(make) == 1


@given(one=TAGS, other=TAGS)
def test_different_tags_are_different(one: dict[str, str], other: dict[str, str]) -> None:
    make = TagSets()
    assert (make(one) is make(other)) == (one == other)


def test_tags_never_change() -> None:
    with pytest.raises(AttributeError):
        TagSet().pairs = ()  # type: ignore[misc]


@given(wanted=st.lists(st.integers(0, 30), max_size=200), limit=st.integers(1, 20))
def test_a_limit_merges_what_is_beyond_it_and_loses_nothing(wanted: list[int], limit: int) -> None:
    make = TagSets()
    metric = Metric("m", "1", "", Counter, limit)
    for number in wanted:
        metric.at(make({"n": str(number)})).add()
    first = list(dict.fromkeys(wanted))[: limit - 1]
    expected = {make({"n": str(number)}): wanted.count(number) for number in first}
    over = len(wanted) - sum(expected.values())
    if over:
        expected[OVERFLOW] = over
    assert {tags: point.value for tags, point in metric} == expected
    assert len(metric) <= limit
    assert metric.overflowed == over
    assert list(OVERFLOW) == [("otel.metric.overflow", "true")]


def test_a_limit_without_room_for_the_overflow_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Metric("m", "1", "", Counter, 0)


def test_a_counter_never_falls_and_others_may() -> None:
    counter, both, gauge = Counter(), UpDownCounter(), Gauge()
    counter.add(3)
    with pytest.raises(ValueError, match="never falls"):
        counter.add(-1)
    both.add(3)
    both.add(-5)
    gauge.set(-7)
    assert (counter.value, both.value, gauge.value) == (3, -2, -7)


@given(values=VALUES, bounds=st.sets(st.integers(0, 10**12), max_size=12).map(sorted))
def test_buckets_are_those_of_numpy(values: list[int], bounds: list[int]) -> None:
    histogram = Histogram(tuple(bounds))
    for value in values:
        histogram.record(value)
    # numpy's buckets are [a, b), ours (a, b]: mirror both at zero
    edges = [-(10**13), *[-bound for bound in reversed(bounds)], 1]
    mirrored, _ = np.histogram([-value for value in values], np.array(edges))
    assert histogram.counts == mirrored[::-1].tolist()
    assert (histogram.count, histogram.sum) == (len(values), sum(values))
    assert (histogram.min, histogram.max) == (min(values), max(values))


def test_a_bound_belongs_to_the_bucket_below_it() -> None:
    histogram = Histogram((10, 20))
    for value in (0, 10, 11, 20, 21):
        histogram.record(value)
    assert histogram.counts == [2, 2, 1]
    with pytest.raises(ValueError, match="bounds rise"):
        Histogram((2, 2))


def exactly(value: int, scale: int) -> int:
    """The bucket (2^(i·2^−s), 2^((i+1)·2^−s)] of a value, by comparing powers of whole numbers."""
    power = Fraction(value) ** (2**scale) if scale >= 0 else Fraction(value)
    step = 1 if scale >= 0 else 2**-scale
    index = -1
    while Fraction(2) ** ((index + 1) * step) < power:
        index += 1
    return index


@given(value=st.integers(1, 300), scale=st.integers(-3, 3))
def test_the_exponential_bucket_of_a_value_is_the_one_that_holds_it(value: int, scale: int) -> None:
    assert index_of(value, scale) == exactly(value, scale)


@given(index=st.integers(-1, 400), scale=st.integers(-3, 6))
def test_the_largest_value_of_a_bucket_is_the_last_that_is_not_beyond_it(index: int, scale: int) -> None:
    upper = upper_of(index, scale)
    assert upper >= 1
    assert index_of(upper, scale) <= index < index_of(upper + 1, scale)


@given(values=VALUES, most=st.integers(2, 40))
def test_exponential_buckets_hold_every_value_in_few_enough_buckets(values: list[int], most: int) -> None:
    histogram = ExponentialHistogram(most=most)
    for value in values:
        histogram.record(value)
    assert len(histogram.counts) <= most
    assert histogram.zeros == values.count(0)
    assert (histogram.count, histogram.sum) == (len(values), sum(values))
    assert (histogram.min, histogram.max) == (min(values), max(values))
    expected = [0] * len(histogram.counts)
    for value in filter(None, values):
        expected[index_of(value, histogram.scale) - histogram.offset] += 1
    assert histogram.counts == expected


@given(values=st.lists(st.integers(1, 10**12), min_size=1, max_size=100), most=st.integers(2, 40))
def test_buckets_are_no_coarser_than_they_must_be(values: list[int], most: int) -> None:
    histogram = ExponentialHistogram(most=most)
    for value in values:
        histogram.record(value)
    finer = histogram.scale + 1
    if finer <= 6:
        assert index_of(max(values), finer) - index_of(min(values), finer) >= most


def test_an_exponential_histogram_takes_no_negative_value() -> None:
    with pytest.raises(ValueError, match="not a duration"):
        ExponentialHistogram().record(-1)


def test_histograms_do_not_share_their_buckets() -> None:
    one, other = Histogram((1,)), Histogram((1,))
    one.record(0)
    assert other.counts == [0, 0]

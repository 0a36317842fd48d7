"""A recording is explained by the workers and the order that made it; where another cause is at work, that is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.hindcasting.comparing import BEST, BY_DAY, PEAK, Fleet, hindcast_all, ranking
from reports.hindcasting.figures import Hindcast
from reports.hindcasting.measures import match, pearson, spearman, wasserstein
from reports.hindcasting.page import hindcast_page
from reports.hindcasting.replaying import USUAL, alone, replay, scenario_for
from reports.hindcasting.rows import queues_table
from reports.hindcasting.signs import signs
from reports.hindcasting.workers import best_by_day, best_workers, first_come, peak
from reports.html import to_html
from scenarios.traces.recording import Recording
from scenarios.workload import TraceReading

S, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
MONDAY = 1_767_571_200_000_000


def recording(queued, waits, durations, **more) -> Recording:
    queued, waits = np.asarray(queued, np.int64), np.asarray(waits, np.int64)
    size = len(queued)
    return Recording(
        reading=TraceReading("jobs.csv", size, size), origin_us=MONDAY + int(queued[0]), queued_us=queued - queued[0],
        started_us=queued - queued[0] + waits, duration_us=np.asarray(durations, np.int64),
        label=np.zeros(size, np.int32), tenant=np.full(size, -1, np.int32), pipeline=np.full(size, -1, np.int64),
        outcome=np.zeros(size, np.int8), labels=("test",), tenants=(), has_outcomes=False, **more,
    )  # fmt: skip


def load(jobs=1_500, workers=8, use=0.9, seed=1):
    """(queued, duration) of a pool that is busy for `use` of the time."""
    generator = np.random.default_rng(seed)
    durations = np.maximum(np.exp(generator.normal(np.log(300 * S), 0.8, jobs)).astype(np.int64), S)
    gaps = generator.exponential(durations.mean() / workers / use, jobs)
    return np.cumsum(gaps).astype(np.int64), durations


def recorded_under(policy, workers=8, **options) -> Recording:
    """What would have been written down of a pool that worked under `policy`."""
    queued, durations = load(workers=workers, **options)
    empty = recording(queued, np.zeros(len(queued), np.int64), durations)
    waits = replay(empty, scenario_for(empty, workers, [policy]), policy)
    return recording(queued, waits, durations)


def hindcast(of, fleet, policies=USUAL, by="all"):
    found = list(hindcast_all(of, by, fleet, policies, lambda *_: None))
    return [one for one in found if not isinstance(one, str)], [one for one in found if isinstance(one, str)]


@pytest.mark.parametrize("policy", USUAL)
def test_of_several_policies_the_one_that_made_the_recording_comes_first(policy):
    (queue,), _ = hindcast(recorded_under(policy), Fleet({}, 8))
    best = queue.matches[0]
    assert (best.policy, best.misfit, queue.verdict) == (policy, pytest.approx(0, abs=1e-9), "explained")
    assert best.spearman == pytest.approx(1) and best.waits == queue.recorded and queue.reasons == ()
    assert queue.matches[1].misfit > 0.1


def test_the_most_that_ran_at_once_is_the_fleet_that_was_always_there():
    (queue,), _ = hindcast(recorded_under("fifo"), Fleet({}, PEAK))
    assert (queue.workers, queue.workers_from, queue.verdict) == (8, "peak", "explained")


def test_the_number_that_explains_best_is_found_although_the_recording_is_not_exact():
    of = recorded_under("fifo", workers=13)
    noise = np.random.default_rng(4).integers(0, 20 * S, len(of))
    of = replace(of, started_us=of.started_us + noise)
    (queue,), _ = hindcast(of, Fleet({}, BEST))
    assert abs(queue.workers - 13) <= 1
    assert queue.matches[0].spearman > 0.9 and queue.recorded.mean_us == pytest.approx(
        queue.matches[0].waits.mean_us, rel=0.15
    )


def test_the_engine_gives_the_waits_that_a_heap_gives():
    queued, durations = load(jobs=400, workers=3, use=1.1)
    of = recording(queued, np.zeros(400, np.int64), durations)
    assert replay(of, scenario_for(of, 3, ["fifo"]), "fifo").tolist() == first_come(of.queued_us, durations, 3).tolist()


def test_a_wait_that_no_worker_explains_is_not_explained_and_the_causes_are_named():
    queued, durations = load(jobs=600, workers=20, use=0.3)
    waits = np.full(600, 90 * S)  # booting
    waits[:200:5] = 4 * HOUR  # held back, and overtaken
    (queue,), _ = hindcast(recording(queued, waits, durations), Fleet({}, PEAK))
    assert queue.verdict == "not explained"
    said = " ".join(queue.reasons)
    for words in ("no lack of workers", "found a free worker", "1m30s", "queued earlier", "busy at a stretch"):
        assert words in said, words


def test_a_fleet_that_is_too_small_for_the_recording_is_said_to_be():
    (queue,), _ = hindcast(recorded_under("fifo", workers=8), Fleet({"all jobs": 5}))
    assert (queue.workers, queue.workers_from) == (5, "given")
    assert "up to 8 running at once on 5 workers" in queue.reasons[0]


def test_a_fleet_that_changes_from_day_to_day_is_found_out():
    parts = []
    for day, workers in enumerate((3, 12, 3, 12)):
        queued, durations = load(jobs=300, workers=6, use=1.0, seed=day)
        queued = (queued * (18 * HOUR / queued[-1])).astype(np.int64)
        parts.append((queued + day * DAY, first_come(queued, durations // 4, workers), durations // 4))
    of = recording(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    of = replace(of, origin_us=MONDAY)
    (one,), _ = hindcast(of, Fleet({}, BEST), ("fifo",))
    (each,), _ = hindcast(of, Fleet({}, BY_DAY), ("fifo", "sjf"))
    assert each.matches[0].policy == "fifo" and each.matches[0].misfit < 0.1 < one.matches[0].misfit
    assert (each.signs.by_day_least, each.signs.days) == (3, 4) and each.workers_from == "by-day"
    assert any("--fleet by-day" in reason for reason in one.reasons)


def test_queues_have_workers_of_their_own_and_one_without_known_waits_is_left_out():
    queued, durations = load(jobs=300, workers=2, use=0.9)
    waits = first_come(queued, durations, 2)
    of = recording(
        np.repeat(queued, 2), np.repeat(waits, 2), np.repeat(durations, 2),
        queue=np.tile(np.array([0, 1], np.int32), 300), queues=("gpu", "mac"),
        wait_known=np.tile(np.array([True, False]), 300),
    )  # fmt: skip
    queues, left = hindcast(of, Fleet({"gpu": 2}), by="queue")
    assert [(one.name, one.jobs, one.verdict) for one in queues] == [("gpu", 300, "explained")]
    assert left == ["mac: 300 jobs without a known wait"]
    assert ranking(queues)[0].policy == "fifo" and ranking(queues)[0].best_in == 1


def test_jobs_without_a_known_wait_take_workers_but_are_not_compared():
    queued, durations = load(jobs=200, workers=2, use=0.9)
    known = np.arange(200) % 4 > 0
    of = recording(queued, first_come(queued, durations, 2), durations, wait_known=known)
    (queue,), _ = hindcast(of, Fleet({}, 2))
    assert (queue.jobs, queue.unknown_waits) == (150, 50)


whole = st.integers(0, 10**9)


@given(st.lists(st.tuples(whole, whole), min_size=2, max_size=60))
def test_measures_are_those_of_scipy(pairs):
    stats = pytest.importorskip("scipy.stats")
    a, b = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    assert wasserstein(a, b) == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-3, rel=1e-9)
    if len(set(a.tolist())) > 1 and len(set(b.tolist())) > 1:
        assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
        assert pearson(a * 1.0, b * 1.0) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-6)
    else:
        assert spearman(a, b) is None
    assert match("fifo", a, a).misfit == pytest.approx(0, abs=1e-9)


def test_a_queue_where_nobody_waits_is_explained_by_a_replay_where_nobody_waits():
    of = recording(np.arange(40) * HOUR, np.zeros(40), np.full(40, 60 * S))
    (idle,), _ = hindcast(of, Fleet({}, 1))
    assert (idle.verdict, idle.matches[0].misfit, idle.reasons) == ("explained", 0.0, ())


def test_where_all_policies_give_the_same_waits_none_is_called_the_best():
    of = recording(np.arange(40) * HOUR, np.full(40, 90 * S), np.full(40, 60 * S))
    queues, _ = hindcast(of, Fleet({}, 1))
    assert [one.best_in for one in ranking(queues)] == [0, 0, 0, 0]
    found = Hindcast(path="x", format="csv", rows=40, used=40, by="all jobs", queues=tuple(queues), ranking=())
    assert queues_table(found, 200).rows[0][-2] == "all alike"


def test_queues_where_nobody_waited_do_not_decide_which_policy_is_best():
    queued, durations = load(jobs=300, workers=2)
    made = recorded_under("sjf", workers=2, jobs=300)
    both = recording(
        np.r_[queued, queued[:40]], np.r_[made.wait_us, np.zeros(40)], np.r_[durations, durations[:40]],
        queue=np.r_[np.zeros(300), np.ones(40)].astype(np.int32), queues=("busy", "idle"),
    )  # fmt: skip
    queues, _ = hindcast(both, Fleet({"idle": 1}, 2), by="queue")
    best = ranking(queues)[0]
    assert (best.policy, best.best_in) == ("sjf", 1) and best.misfit == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=40), st.integers(1, 5))  # fmt: skip  # noqa: E501
def test_signs_are_those_of_a_count_second_by_second(jobs, workers):
    jobs.sort()
    queued, waits, durations = (np.array(column, np.int64) for column in zip(*jobs, strict=True))
    found = signs(queued, queued + waits, durations, np.ones(len(jobs), np.bool_), workers, 0)
    ran = np.zeros(200, np.int64)
    for at, waited, lasts in jobs:
        ran[at + waited : at + waited + lasts] += 1
    assert found.peak == ran.max() == peak(queued + waits, queued + waits + durations)
    if waits.sum():
        spare = sum(int((ran[at : at + waited] < workers).sum()) for at, waited, _ in jobs)
        assert found.with_room == pytest.approx(spare / waits.sum())
    over = [any(q < at and q + w > at + waited for q, w, _ in jobs) for at, waited, _ in jobs]
    assert found.overtaken == pytest.approx(np.mean(over))


def test_a_day_without_a_known_wait_counts_as_its_peak():
    queued, durations = np.array([0, 1, 2, DAY, DAY + 1]), np.full(5, 100, np.int64)
    counts, _ = best_by_day(queued, durations, np.zeros(5, np.int64), np.array([False, False, False, True, True]), 0)
    assert counts == [3, 2]
    assert best_workers(queued, durations, np.zeros(5, np.int64), np.ones(5, np.bool_), 3)[0] == 3


def test_some_jobs_alone_begin_at_time_0():
    of = recording([5, 10, 20], [1, 2, 3], [4, 4, 4])
    part = alone(of, np.array([1, 2]))
    assert (part.queued_us.tolist(), part.wait_us.tolist(), part.origin_us) == ([0, 10], [2, 3], MONDAY + 10)


def test_the_page_shows_recorded_against_simulated_quantiles():
    queues, left = hindcast(recorded_under("fifo", jobs=200), Fleet({}, 8))
    found = Hindcast(
        path="jobs.csv", format="csv", rows=200, used=200, by="all jobs", queues=tuple(queues),
        ranking=ranking(queues), left_out=tuple(left),
    )  # fmt: skip
    page = to_html(hindcast_page(found))
    assert page.count("<svg") == 1 and "all jobs: 8 workers, as given; explained" in page


def test_vllm_queues_are_told_honestly(data):
    """Recorded by queue; one number of workers explains little, and the page of the documentation says why."""
    from scenarios.traces.formats import PRESETS
    from scenarios.traces.trace import read_recording

    of = read_recording(data("vllm_buildkite/jobs.csv"), PRESETS["vllm-buildkite"])
    rows = np.flatnonzero(of.queue == of.queues.index("amd_mi325_4"))
    part = replace(alone(of, rows), queue=np.zeros(len(rows), np.int32), queues=("amd_mi325_4",))
    (peaked,), _ = hindcast(part, Fleet({}, PEAK), ("fifo",), by="queue")
    (daily,), _ = hindcast(part, Fleet({}, BY_DAY), ("fifo",), by="queue")
    assert (peaked.jobs, peaked.workers, peaked.verdict) == (493, 7, "not explained")
    assert daily.verdict == "explained" and daily.matches[0].spearman > 0.85

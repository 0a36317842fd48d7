"""Telemetry in a run: it counts what the result counts, alerts while the run goes on, and changes nothing else."""

import numpy as np
import pytest

from domain.contracts.orchestration import JobEnded, JobQueued, PipelineEnded, PipelineStarted
from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.resources import Resources
from domain.telemetry import conventions as names
from domain.telemetry.instruments import Instruments
from domain.telemetry.points import Histogram
from scenarios.loader import resolve_policies
from sim.checkers import PromiseBroken
from sim.contexts.telemetry_checks import AlertsFollowTheirTable, CountersOnlyGrow, SpansNest
from sim.results import OUTCOMES, FiguresTable, RunResult
from sim.run import Stalled, simulate

OBJECTIVES = {
    "wait": {"indicator": "queue_wait", "threshold": "2m", "target": "95%"},
    "success": {"indicator": "job_success", "target": "90%", "label": "build"},
    "infra": {"indicator": "infra_success", "target": "99.9%", "tenant": "web"},
    "pipelines": {
        "indicator": "pipeline_duration", "threshold": "20m", "target": "90%",
        "alerts": [{"long": "1h", "short": "5m", "burn": 2, "hold": "2m"}],
    },
}  # fmt: skip


def run(scenario, check: bool = True, sink=None) -> RunResult:
    return simulate(scenario, next(iter(resolve_policies(scenario))), check=check, event_sink=sink)


def table(result: RunResult, title: str) -> FiguresTable:
    return next(table for table in result.contexts if (table.context, table.title) == ("telemetry", title))


def column(found: FiguresTable, name: str) -> dict[str, object]:
    """The values of a column by the first one."""
    place = [each for each, _ in found.columns].index(name)
    return {str(row[0]): row[place] for row in found.rows}


def test_what_is_measured_is_what_the_result_says(scenario) -> None:
    heard: list = []
    result = run(scenario(telemetry={}), sink=lambda events, causes: heard.extend(events))
    instruments = Instruments()
    instruments.hear(heard)
    jobs, started = result.jobs, result.jobs.started_us >= 0
    assert sum(point.value for _, point in instruments.jobs_ended) == len(jobs)
    assert sum(p.count for _, p in instruments.job_duration) == sum(p.count for _, p in instruments.queue_wait)
    assert sum(p.count for _, p in instruments.job_duration) == np.count_nonzero(started)
    assert sum(p.sum for _, p in instruments.job_duration) == (jobs.finished_us - jobs.started_us)[started].sum()
    assert sum(p.sum for _, p in instruments.queue_wait) == (jobs.started_us - jobs.queued_us)[started].sum()
    for outcome, state in enumerate(OUTCOMES):
        label = result.labels.index("build")
        mine = (jobs.outcome == outcome) & (jobs.label == label) & (jobs.tenant == result.tenants.index("web"))
        wanted = {names.PIPELINE_NAME: "web", names.TASK_NAME: "build", names.TASK_RESULT: names.RESULTS[state]}
        if state in names.FAILURES:
            wanted[names.ERROR_TYPE] = names.FAILURES[state]
        counted = sum(p.value for tags, p in instruments.jobs_ended if dict(tags) == wanted)
        assert counted == np.count_nonzero(mine)
    assert all(point.value == 0 for _, point in instruments.run_active), "nothing is active at the end"
    # The run has measured the same while it went on.
    assert column(table(result, "Metrics"), "recorded") == {
        metric.name: sum(p.count if hasattr(p, "count") else p.value for _, p in metric)
        for metric in instruments.metrics
    }


def test_waits_fall_into_the_buckets_of_numpy(scenario) -> None:
    heard: list = []
    result = run(scenario(telemetry={}), sink=lambda events, causes: heard.extend(events))
    instruments = Instruments()
    instruments.hear(heard)
    waits = (result.jobs.started_us - result.jobs.queued_us)[result.jobs.started_us >= 0]
    total = np.sum([p.counts for _, p in instruments.queue_wait if isinstance(p, Histogram)], axis=0)
    assert total.tolist() == np.bincount(np.searchsorted(names.DURATION_BOUNDS_US, waits), minlength=17).tolist()


def test_objectives_are_met_or_missed_as_the_result_says(scenario) -> None:
    result = run(scenario(telemetry={"objectives": OBJECTIVES}))
    jobs, found = result.jobs, table(result, "Objectives")
    waits = jobs.started_us - jobs.queued_us
    expired = jobs.outcome == OUTCOMES.index("EXPIRED")
    good = np.count_nonzero((jobs.started_us >= 0) & (waits <= 120_000_000))
    assert column(found, "good")["wait"] == good
    assert column(found, "bad")["wait"] == np.count_nonzero(jobs.started_us >= 0) + np.count_nonzero(expired) - good
    builds = jobs.label == result.labels.index("build")
    assert column(found, "good")["success"] == np.count_nonzero(builds & (jobs.outcome == 0))
    assert column(found, "bad")["success"] == np.count_nonzero(builds & np.isin(jobs.outcome, [1, 2, 4]))
    assert column(found, "bad")["infra"] == 0
    assert column(found, "error budget left")["infra"] == 1.0
    actual = column(found, "actual")["wait"]
    assert isinstance(actual, float)
    left = column(found, "error budget left")["wait"]
    assert left == pytest.approx(1 - (1 - actual) / 0.05, abs=1e-5)


def test_alerts_fire_while_the_run_goes_on_and_the_table_tells_them(scenario) -> None:
    heard: list = []
    result = run(scenario(telemetry={"objectives": OBJECTIVES}), sink=lambda events, causes: heard.extend(events))
    fired = [event for event in heard if isinstance(event, AlertFired)]
    resolved = [event for event in heard if isinstance(event, AlertResolved)]
    assert fired
    assert resolved
    assert all(event.at_us % 60_000_000 == 0 for event in (*fired, *resolved))
    rows = table(result, "Alerts").rows
    assert [row[3] for row in rows] == [event.at_us for event in fired]
    assert sorted(row[4] for row in rows if row[4] is not None) == sorted(event.fired_us for event in resolved)
    assert len([row for row in rows if row[4] is None]) == len(fired) - len(resolved)
    assert result.work["alerts_fired"] == len(fired)
    assert sum(column(table(result, "Objectives"), "alerts").values()) == len(fired)


def test_what_is_watched_changes_nothing_else(scenario) -> None:
    def core(telemetry: dict) -> list:
        heard: list = []
        run(scenario(**telemetry), sink=lambda events, causes: heard.extend(events))
        return [event for event in heard if not isinstance(event, AlertFired | AlertResolved)]

    plain = core({})
    assert core({"telemetry": {}}) == plain
    assert core({"telemetry": {"objectives": OBJECTIVES}}) == plain


def test_without_telemetry_there_is_none(scenario) -> None:
    result = run(scenario())
    assert not [found for found in result.contexts if found.context == "telemetry"]
    assert "alert_evaluations" not in result.work


def test_a_run_is_the_same_however_it_is_looked_at(scenario) -> None:
    watched = scenario(telemetry={"objectives": OBJECTIVES})
    plain, checked = run(watched, check=False), run(watched, check=True)
    assert plain.digest == checked.digest
    assert plain.contexts == checked.contexts


def test_a_warm_up_is_left_out(scenario) -> None:
    whole = run(scenario(telemetry={"objectives": OBJECTIVES}))
    later = run(scenario(telemetry={"objectives": OBJECTIVES}, warm_up="3h"))
    everything, rest = (column(table(result, "Objectives"), "good")["success"] for result in (whole, later))
    assert 0 < rest < everything
    jobs = later.jobs
    mine = (jobs.label == later.labels.index("build")) & (jobs.outcome == 0) & (jobs.finished_us >= 3 * 3_600_000_000)
    assert rest == np.count_nonzero(mine)


def test_evaluations_stop_when_nothing_happens_and_a_stalled_run_still_ends(scenario, elastic) -> None:
    never = elastic | {"nodes": {"min": 0, "max": 1, "idle_timeout": "1m"}, "node_boot": "200w"}
    watched = scenario(pool=never, horizon="10m", telemetry={"objectives": {"wait": OBJECTIVES["wait"]}})
    result = run(watched, check=False)
    assert result.work["alert_evaluations"] < 20_000, "four years are not waited for minute by minute"
    assert column(table(result, "Objectives"), "good")["wait"] == 0


def test_a_run_that_stalls_is_found_out_though_it_is_watched(scenario) -> None:
    big = {"nodes": {"min": 0, "max": 3}, "capacity": {"cpu": "64cpu", "memory": "64GiB"}, "labels": ["big"]}
    small = {"nodes": 1, "capacity": {"cpu": "4cpu", "memory": "16GiB"}}
    fleet = {"providers": {"cloud": {"max_nodes": 1, "pools": {"small": small, "big": big}}}}
    jobs = {"build": {"resources": {"cpu": "8cpu"}, "runs_on": ["big"], "duration": "1m"}}
    watched = scenario(jobs=jobs, fleet=fleet, telemetry={"objectives": OBJECTIVES})
    with pytest.raises(Stalled):
        run(watched)


def test_series_beyond_the_limit_are_counted_together(scenario) -> None:
    free, tight = run(scenario(telemetry={})), run(scenario(telemetry={"cardinality_limit": 2}))
    assert column(table(free, "Metrics"), "recorded") == column(table(tight, "Metrics"), "recorded")
    assert max(column(table(tight, "Metrics"), "series").values()) == 2
    assert column(table(tight, "Metrics"), "beyond the limit")[names.JOBS_ENDED] > 0
    assert column(table(free, "Metrics"), "beyond the limit")[names.JOBS_ENDED] == 0


FIRED = AlertFired(60, 1, "o", "page", 2000, 10, 5)


@pytest.mark.parametrize(
    "events",
    [[FIRED, FIRED], [AlertResolved(60, 1, "o", "page", 0)], [FIRED, AlertResolved(90, 1, "o", "page", 29)]],
)
def test_a_planted_alert_is_caught(events: list) -> None:
    handlers = AlertsFollowTheirTable().subscriptions()
    with pytest.raises(PromiseBroken, match="alert"):
        for event in events:
            handlers[type(event)](event)


def test_a_planted_counter_that_falls_is_caught() -> None:
    instruments = Instruments()
    checker = CountersOnlyGrow(instruments)
    instruments.hear([JobEnded(5, 1, 1, "t", "l", "SUCCEEDED", 1)])
    checker.look()
    for _, point in instruments.jobs_ended:
        point.value -= 1
    with pytest.raises(PromiseBroken, match=r"never falls: windtunnel\.job\.ended"):
        checker.look()
    instruments = Instruments()
    instruments.queue_wait.at(instruments.tags({})).counts[0] += 1
    with pytest.raises(PromiseBroken, match="do not add up"):
        list(CountersOnlyGrow(instruments).at_end())


def test_a_planted_span_outside_its_parent_is_caught() -> None:
    history = [
        PipelineStarted(10, 1, "t", 1), JobQueued(5, 7, 1, "t", "l", Resources(1), (), 1, 0),
        JobEnded(20, 7, 1, "t", "l", "SUCCEEDED", 1), PipelineEnded(20, 1, "t", "SUCCEEDED"),
    ]  # fmt: skip
    handlers = SpansNest(1).subscriptions()
    with pytest.raises(PromiseBroken, match="is not within"):
        for event in history:
            handlers[type(event)](event)

"""Images, caches and artifacts in a run: what they cost and save is what the scenario says, and nothing is lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from domain.contracts import artifacts as a
from domain.contracts.execution import ExecutionEnded, ExecutionRunning, ExecutionUploading
from domain.contracts.orchestration import JobEnded, JobRetried
from domain.shared.events import Event
from scenarios.spec import Scenario
from sim.results import RunResult
from sim.run import simulate

SECOND = 1_000_000
MIB = 1 << 20
ASKS = {"cpu": "1cpu"}
PLAIN_STORES = {"bandwidth": "10MiB/s", "image_bandwidth": "10MiB/s", "latency": "1s"}
STORES = {
    "images": {
        "python": {"layers": {"debian": "50MiB", "python": "300MiB"}},
        "node": {"layers": {"debian": "50MiB", "node": "400MiB"}},
    },
    "cache": {"capacity": "1GiB", "eviction": "s3-fifo"},
    "node_disk_cache": "2GiB",
    "retention": "1h",
    "collection_period": "10m",
    "corrupt_uploads": 0.05,
}
BUILD = {
    "resources": ASKS,
    "duration": {"lognormal": {"median": "90s", "sigma": 0.5}},
    "failure_rate": 0.1,
    "image": "python",
    "caches": {
        "deps": {
            "key": "deps-{label}-{lock}", "restore": ["deps-"], "size": "300MiB", "saves": "40s", "changes": "1/h",
        }
    },
    "artifacts": {"produces": {"binary": {"size": "80MiB", "unique": 0.4}}},
}  # fmt: skip
TEST = {
    "resources": ASKS,
    "count": 3,
    "needs": ["build"],
    "duration": "60s",
    "image": "node",
    "caches": {"modules": {"key": "modules-{lock}", "size": "500MiB", "saves": "20s", "changes": "4/d"}},
    "artifacts": {"consumes": ["binary"], "produces": {"report": {"size": "2MiB"}}},
}
DEPLOY = {
    "resources": ASKS, "needs": ["build", "test"], "duration": "20s", "artifacts": {"consumes": ["binary"]},
    "promote": True,
}  # fmt: skip
PIPELINE = {"build": BUILD, "test": TEST, "deploy": DEPLOY}
POOL = {"nodes": {"min": 2, "max": 8, "idle_timeout": "5m"}, "capacity": {"cpu": "4cpu", "memory": "16GiB"}}

Make = Callable[..., Scenario]


def run(scenario: Scenario, **options: Any) -> tuple[RunResult, list[Event]]:
    events: list[Event] = []
    result = simulate(
        scenario, "drf+fifo+best-fit", check=True, event_sink=lambda batch, causes: events.extend(batch), **options
    )
    return result, events


def figures(result: RunResult, title: str) -> list[dict[str, Any]]:
    (table,) = (one for one in result.contexts if (one.context, one.title) == ("artifacts", title))
    names = [name for name, _ in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def alone(scenario: Make, jobs: dict[str, Any], **changes: Any) -> Scenario:
    """One slow node: jobs run one after the other, far apart."""
    return scenario(
        pool={"nodes": 1, "capacity": {"cpu": "1cpu"}},
        jobs=jobs,
        tenants={"web": {}},
        horizon="12h",
        **{"artifacts": PLAIN_STORES, **changes},
    )


@pytest.fixture
def busy(scenario: Make) -> Callable[..., Scenario]:
    """Half a day of pipelines that use everything, with damaged uploads and a cache that is too small."""

    def make(**stores: Any) -> Scenario:
        return scenario(pool=POOL, jobs=PIPELINE, artifacts=STORES | stores, horizon="8h")

    return make


def test_everything_at_once_keeps_every_promise_and_its_figures_agree_with_its_events(busy: Make) -> None:
    result, events = run(busy())
    kinds = Counter(type(event) for event in events)
    hits = Counter(event.hit for event in events if isinstance(event, a.CacheRestored))
    assert min(hits["exact"], hits["prefix"], hits["miss"], kinds[a.CacheEvicted], kinds[a.ArtifactCollected]) > 0
    caches = figures(result, "Caches")
    assert sum(row["exact hits"] for row in caches) == hits["exact"]
    assert sum(row["lookups"] for row in caches) == hits.total()
    fates = {row["what became of them"]: row["artifacts"] for row in figures(result, "Artifacts")}
    assert fates["made"] == kinds[a.ArtifactUploaded]
    assert fates["bad checksum"] + fates["abandoned"] == kinds[a.ArtifactRejected]
    assert fates["collected"] == kinds[a.ArtifactCollected]
    assert kinds[a.ArtifactDeclared] == kinds[a.ArtifactUploaded] + kinds[a.ArtifactRejected]
    (store,) = figures(result, "Artifact store")
    assert 0.4 < store["not stored again"] < 0.7, "six in ten binaries equal the one before"
    (worth,) = figures(result, "What caching is worth")
    assert worth["fullest room ever"] <= 1024 * MIB
    assert worth["net"] == worth["work made shorter by"] - worth["spent on restoring and saving"]
    assert result.work["cache_hits"] == hits["exact"] + hits["prefix"]


@pytest.mark.parametrize("eviction", ["lru", "lfu", "fifo", "s3-fifo", "sieve", "gdsf"])
def test_every_eviction_policy_runs_and_does_the_same_twice(busy: Make, eviction: str) -> None:
    small = busy(cache={"capacity": "600MiB", "eviction": eviction, "per": "fleet"}).model_copy(
        update={"horizon": 2 * 3600 * SECOND}
    )
    first, _ = run(small)
    second, _ = run(small)
    assert first.digest == second.digest
    assert first.contexts == second.contexts


def test_what_nobody_uses_costs_no_event(scenario: Make) -> None:
    plain = simulate(scenario(), "drf+fifo+best-fit")
    furnished = simulate(scenario(artifacts=STORES | {"corrupt_uploads": 0.0}), "drf+fifo+best-fit")
    assert plain.digest == furnished.digest
    assert plain.work == furnished.work
    assert not [table for table in furnished.contexts if table.context == "artifacts"]


def test_an_image_takes_its_missing_bytes_over_the_bandwidth(scenario: Make) -> None:
    jobs = {"build": {"resources": ASKS, "duration": "10s", "image": "python"}}
    _, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"images": STORES["images"]}))
    pulls = [event for event in events if isinstance(event, a.ImagePulled)]
    assert (pulls[0].size_bytes, pulls[0].took_us) == (350 * MIB, 36 * SECOND)
    assert {(event.size_bytes, event.took_us) for event in pulls[1:]} == {(0, 0)}
    ran = [event.ran_us for event in events if isinstance(event, ExecutionEnded)]
    assert ran == [46 * SECOND] + [10 * SECOND] * (len(ran) - 1)


def test_a_hit_costs_its_transfer_and_shortens_the_work_by_what_it_saves(scenario: Make) -> None:
    cache = {"key": "deps-{lock}", "size": "100MiB", "saves": "40s"}
    jobs = {"build": {"resources": ASKS, "duration": "100s", "caches": {"deps": cache}}}
    _, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"node_disk_cache": "0MiB"}))
    ran = [event.ran_us for event in events if isinstance(event, ExecutionEnded)]
    assert ran[0] == (1 + 100 + 11) * SECOND, "asks, works without it, saves 100 MiB at 10 MiB/s after 1 s"
    assert set(ran[1:]) == {(11 + 60) * SECOND}
    near = alone(scenario, jobs)
    assert [event.ran_us for event in run(near)[1] if isinstance(event, ExecutionEnded)][1] == 60 * SECOND


def test_an_older_cache_saves_less_and_a_new_one_is_saved(scenario: Make) -> None:
    cache = {"key": "deps-{lock}", "restore": ["deps-"], "size": "10MiB", "saves": "40s", "changes": "2/h"}
    jobs = {"build": {"resources": ASKS, "duration": "100s", "caches": {"deps": cache}}}
    result, events = run(alone(scenario, jobs))
    hits = Counter(event.hit for event in events if isinstance(event, a.CacheRestored))
    saves = sum(isinstance(event, a.CacheSaved) for event in events)
    assert hits["miss"] == 1 and hits["prefix"] > 10
    assert saves == hits["miss"] + hits["prefix"], "jobs come one at a time, and none fails"
    (worth,) = figures(result, "What caching is worth")
    assert worth["work made shorter by"] == (40 * hits["exact"] + 20 * hits["prefix"]) * SECOND


def test_no_work_is_ever_shorter_than_nothing(scenario: Make) -> None:
    cache = {"key": "deps", "size": "1MiB", "saves": "1h"}
    jobs = {"build": {"resources": ASKS, "duration": "10s", "caches": {"deps": cache}}}
    result, events = run(alone(scenario, jobs))
    assert all(event.ran_us >= 1 for event in events if isinstance(event, ExecutionEnded))
    assert (result.jobs.outcome == 0).all()


def test_every_policy_meets_the_same_keys(scenario: Make) -> None:
    """Which key a pipeline asks for depends on when it came, not on when its jobs were placed."""
    keys = []
    for nodes in (1, 3):
        pool = {"nodes": nodes, "capacity": {"cpu": "1cpu"}}
        _, events = run(scenario(pool=pool, jobs={"build": BUILD | {"failure_rate": 0}}, artifacts=STORES))
        keys.append(sorted(event.key for event in events if isinstance(event, a.CacheRestored)))
    retried = [Counter(some) for some in keys]
    assert set(retried[0]) == set(retried[1])
    assert len(retried[0]) > 3


def test_a_damaged_upload_fails_the_attempt_by_the_infrastructure_and_the_next_one_is_fresh(scenario: Make) -> None:
    jobs = {"build": {"resources": ASKS, "duration": "10s", "artifacts": {"produces": {"binary": {"size": "10MiB"}}}}}
    _, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"corrupt_uploads": 0.3}))
    rejected = [event for event in events if isinstance(event, a.ArtifactRejected)]
    failed = [event for event in events if isinstance(event, ExecutionEnded) and event.state == "FAILED"]
    retried = [event for event in events if isinstance(event, JobRetried)]
    assert {event.reason for event in rejected} == {"bad-checksum"}
    assert [event.execution for event in rejected] == [event.execution for event in failed]
    assert {event.cause for event in failed} == {"infra"} and len(retried) > 20
    lost = Counter(event.state for event in events if isinstance(event, JobEnded))
    assert lost["FAILED"] == len(failed) - len(retried) > 0, "a job gives up after two retries"


def test_which_uploads_are_damaged_depends_on_no_policy(scenario: Make) -> None:
    """Common random numbers: of the same attempts, wherever and whenever they run."""
    jobs = {"build": {"resources": ASKS, "duration": "10s", "artifacts": {"produces": {"binary": {"size": "10MiB"}}}}}
    damaged = []
    for nodes in (1, 7):
        pool = {"nodes": nodes, "capacity": {"cpu": "1cpu"}}
        made = scenario(pool=pool, jobs=jobs, artifacts=PLAIN_STORES | {"corrupt_uploads": 0.2})
        _, events = run(made)
        failed = [event for event in events if isinstance(event, ExecutionEnded) and event.state == "FAILED"]
        damaged.append(sorted((event.job, event.attempt) for event in failed))
    assert damaged[0] == damaged[1] and len(damaged[0]) > 20


def test_an_attempt_that_dies_while_it_uploads_leaves_nothing(scenario: Make) -> None:
    jobs = {
        "build": {
            "resources": ASKS,
            "duration": "10s",
            "timeout": "15s",
            "artifacts": {"produces": {"binary": {"size": "100MiB"}}},
        }
    }
    _, events = run(alone(scenario, jobs))
    rejected = [event.reason for event in events if isinstance(event, a.ArtifactRejected)]
    assert rejected and set(rejected) == {"abandoned"}
    assert not any(isinstance(event, a.ArtifactUploaded) for event in events)
    assert {event.state for event in events if isinstance(event, ExecutionEnded)} == {"TIMED_OUT"}


def test_released_artifacts_and_what_they_were_made_from_survive_retention(scenario: Make) -> None:
    package = {
        "resources": ASKS, "duration": "5s", "needs": ["build"], "promote": True,
        "artifacts": {"consumes": ["binary"], "produces": {"package": {"size": "1MiB"}}},
    }  # fmt: skip
    produces = {"binary": {"size": "1MiB"}, "log": {"size": "1MiB"}}
    jobs = {"build": {"resources": ASKS, "duration": "10s", "artifacts": {"produces": produces}}, "package": package}
    stores = PLAIN_STORES | {"retention": "10m", "collection_period": "1m"}
    _, events = run(alone(scenario, jobs, artifacts=stores))
    name = {event.artifact: event.name for event in events if isinstance(event, a.ArtifactDeclared)}
    promoted = {name[event.artifact] for event in events if isinstance(event, a.ArtifactPromoted)}
    collected = {name[event.artifact] for event in events if isinstance(event, a.ArtifactCollected)}
    assert (promoted, collected) == ({"binary", "package"}, {"log"})


def test_machines_that_die_take_their_uploads_and_their_disks_with_them(scenario: Make) -> None:
    stores = STORES | {"bandwidth": "2MiB/s"}
    made = scenario(pool=POOL, jobs=PIPELINE, artifacts=stores, horizon="4h", faults={"crashes": {"rate": "2/h"}})
    _, events = run(made)
    states = Counter(event.state for event in events if isinstance(event, ExecutionEnded))
    reasons = Counter(event.reason for event in events if isinstance(event, a.ArtifactRejected))
    assert states["LOST"] > 10 and reasons["abandoned"] > 0 and reasons["bad-checksum"] > 0


def test_messages_that_come_late_or_twice_fail_no_attempt(scenario: Make) -> None:
    faults = {"delivery": {"duplicate": "20%", "reorder": "20%", "delay": {"uniform": {"low": "0s", "high": "4s"}}}}
    made = scenario(pool=POOL, jobs=PIPELINE, artifacts=STORES, horizon="4h", faults=faults)
    result, events = run(made)
    failed = [event for event in events if isinstance(event, ExecutionEnded) and event.cause == "infra"]
    assert result.work["messages_late"] > 100
    assert len(failed) == sum(isinstance(event, a.ArtifactRejected) for event in events) > 0


def test_without_room_for_artifacts_jobs_fail_and_say_so(scenario: Make) -> None:
    jobs = {"build": {"resources": ASKS, "duration": "10s", "artifacts": {"produces": {"binary": {"size": "10MiB"}}}}}
    full, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"quota": "25MiB", "retention": "90d"}))
    assert (full.jobs.outcome == 0).all(), "what is oldest makes room"
    assert {event.reason for event in events if isinstance(event, a.ArtifactExpired)} == {"quota"}
    small, _ = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"quota": "5MiB"}))
    assert (small.jobs.outcome == 1).all()


def test_jobs_that_want_to_be_near_their_image_fetch_less(scenario: Make) -> None:
    stores = PLAIN_STORES | {"images": STORES["images"]}
    pool = {"nodes": 12, "capacity": {"cpu": "1cpu"}}
    moved = {}
    for near in (False, True):
        job = {"resources": ASKS, "duration": "60s", "image": "python"}
        jobs: dict[str, Any] = {
            "build": job | ({"affinity": [{"to": "cache:python", "weight": 100}]} if near else {}),
            "lint": {"resources": ASKS, "duration": "50s", "count": 2},
        }
        made = scenario(pool=pool, jobs=jobs, artifacts=stores, scheduling={"placement": "spread"})
        events: list[Event] = []
        simulate(made, "drf+fifo+spread", check=True, event_sink=lambda batch, _, to=events: to.extend(batch))
        moved[near] = sum(event.size_bytes for event in events if isinstance(event, a.ImagePulled))
        told = sum(isinstance(event, a.NodeCacheFilled) for event in events)
        assert (told > 0) == near, "nodes are told of only where somebody asks"
    assert 0 < moved[True] < moved[False]


def test_time_in_phases_comes_before_and_after_the_work(scenario: Make) -> None:
    jobs = {
        "build": {
            "resources": ASKS,
            "duration": "10s",
            "image": "python",
            "artifacts": {"produces": {"binary": {"size": "30MiB"}}},
        }
    }
    _, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"images": STORES["images"]}))
    running = next(event for event in events if isinstance(event, ExecutionRunning))
    uploaded = next(event for event in events if isinstance(event, a.ArtifactUploaded))
    ended = next(event for event in events if isinstance(event, ExecutionEnded))
    assert uploaded.at_us - running.at_us == (10 + 4) * SECOND
    assert ended.at_us == uploaded.at_us
    assert ended.ran_us == (36 + 10 + 4) * SECOND


def test_pipelines_that_are_written_out_store_and_fetch_too(scenario: Make) -> None:
    jobs = {
        "build": {"resources": ASKS, "duration": "10s", "artifacts": {"produces": {"binary": {"size": "30MiB"}}}},
        "ship": {
            "resources": ASKS, "duration": "10s", "needs": ["build"], "label": "deployment", "promote": True,
            "artifacts": {"consumes": ["binary"]},
        },
    }  # fmt: skip
    written = {"pipelines": {"nightly": {"jobs": jobs, "every": "1h"}}}
    _, events = run(scenario(workload=written, artifacts=PLAIN_STORES, tenants={"web": {}}))
    kinds = Counter(type(event) for event in events)
    assert kinds[a.ArtifactUploaded] == kinds[a.ArtifactDownloaded] == kinds[a.ArtifactPromoted] > 0


def test_a_retry_starts_from_the_cold_work_again(scenario: Make) -> None:
    cache = {"key": "deps", "size": "1MiB", "saves": "40s"}
    uses = {"produces": {"binary": {"size": "10MiB"}}}
    jobs = {"build": {"resources": ASKS, "duration": "100s", "caches": {"deps": cache}, "artifacts": uses}}
    _, events = run(alone(scenario, jobs, artifacts=PLAIN_STORES | {"corrupt_uploads": 0.3, "bandwidth": "1GiB/s"}))
    running = {event.execution: event.at_us for event in events if isinstance(event, ExecutionRunning)}
    uploading = {event.execution: event.at_us for event in events if isinstance(event, ExecutionUploading)}
    retries = [event for event in events if isinstance(event, ExecutionEnded) and event.attempt > 1]
    worked = {uploading[event.execution] - running[event.execution] for event in retries}
    assert len(retries) > 20 and worked == {60 * SECOND}


def test_a_new_node_has_nothing_of_what_the_old_one_had(scenario: Make) -> None:
    pool = {"nodes": {"min": 0, "max": 1, "idle_timeout": "1s"}, "capacity": {"cpu": "1cpu"}}
    jobs = {"build": {"resources": ASKS, "duration": "10s", "image": "python"}}
    stores = PLAIN_STORES | {"images": STORES["images"]}
    made = scenario(pool=pool, jobs=jobs, artifacts=stores, workload={
        "pipelines": {"hourly": {"jobs": jobs, "every": "1h"}}
    })  # fmt: skip
    _, events = run(made)
    pulls = [event for event in events if isinstance(event, a.ImagePulled)]
    assert len({event.node for event in pulls}) == len(pulls) > 3
    assert {event.size_bytes for event in pulls} == {350 * MIB}


def test_a_job_that_must_be_near_a_cache_starts_when_a_node_with_room_gets_it(scenario: Make) -> None:
    image = {"image": "python"}
    pipelines = {
        "hog": {"jobs": {"hog": {"resources": {"cpu": "2cpu"}, "duration": "3h", **image}}},
        "near": {
            "at": ["5m"],
            "jobs": {"near": {"resources": ASKS, "duration": "1m", "affinity": [{"to": "cache:python"}]}},
        },
        "other": {"at": ["10m"], "jobs": {"other": {"resources": ASKS, "duration": "1h", **image}}},
    }
    made = scenario(
        pool={"nodes": 2, "capacity": {"cpu": "2cpu"}},
        workload={"pipelines": pipelines},
        artifacts=PLAIN_STORES | {"images": STORES["images"]},
    )
    result, _ = run(made)
    near = result.labels.index("near")
    assert result.jobs.started_us[result.jobs.label == near].tolist() == [600 * SECOND]

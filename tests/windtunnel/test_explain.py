"""`windtunnel explain`: the causes add up, the decision is the real one, and another run is refused."""

import json
from itertools import pairwise
from shutil import copytree

import pytest

from domain.contracts.orchestration import JobQueued, JobStarted
from domain.contracts.scheduling import JobPlaced
from reports.event_reading import stored_events
from reports.store import load_run
from windtunnel.explaining.figures import CAUSES
from windtunnel.explaining.lives import Life
from windtunnel.explaining.selection import wait_us

BUSY = """\
name: busy
seed: 3
horizon: 2h
tenants: {web: {weight: 2}, data: {}}
workload:
  synthetic:
    pushes: {rate: 40/h}
    jobs:
      test:
        resources: {cpu: 2cpu, memory: 1GiB}
        count: 4
        duration: {lognormal: {median: 6m, sigma: 0.8}}
fleet:
  providers:
    local:
      pools:
        linux:
          nodes: 5
          capacity: {cpu: 4cpu, memory: 8GiB}
          price: $0.10/h
        small:
          nodes: 3
          capacity: {cpu: 1cpu, memory: 8GiB}
          price: $0.10/h
"""
MORE = {
    "fair": "scheduling: {allocator: drf}\n",
    "spread": "scheduling: {allocator: wfq, placement: spread, estimates: exact}\n",
    "deciding": "scheduling: {decision_time: 2s}\n",
    "sticky": "scheduling: {allocator: fifo, backfill: sticky, estimates: exact}\n",
    "easy": "scheduling: {allocator: fifo, backfill: easy, estimates: exact}\n",
    "drawn": "scheduling: {placement: random}\n",
    "shared": "scheduling: {coordination: shared-state, schedulers: 2, decision: {per_job: 2s}}\n",
    "halves": "scheduling: {coordination: partitioned, schedulers: 2}\n",
    "exclusive": "scheduling: {coordination: two-level, schedulers: 2, offer_ttl: 10m, decision: {per_job: 1s}}\n",
}


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def kept(windtunnel, tmp_path, once):
    """A kept run, its folder: run once, copied for each test."""
    (tmp_path / "busy.yaml").write_text(BUSY + MORE["fair"])
    if not (once / "out").exists():
        assert windtunnel("run", "busy.yaml", "--out", once / "out", "--quiet").code == 0
    copytree(once / "out", tmp_path / "out")
    return tmp_path / "out"


def told(windtunnel, *arguments):
    answer = windtunnel("explain", *arguments, "--json", "-", "--quiet")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.mark.parametrize("how", MORE)
def test_the_causes_of_every_wait_add_up_to_it(how, windtunnel, tmp_path) -> None:
    (tmp_path / "busy.yaml").write_text(BUSY + MORE[how])
    found = told(windtunnel, "busy.yaml", "--slowest", "20")
    assert len(found["jobs"]) == 20
    for job in found["jobs"]:
        assert sum(share["us"] for share in job["wait"]) == job["wait_us"] > 0
        assert all(share["cause"] in CAUSES for share in job["wait"])
        segments = job["segments"]
        assert all(one["to_us"] == other["from_us"] for one, other in pairwise(segments))
        assert segments[-1]["to_us"] == job["finished_us"]
        assert job["sentences"]


@pytest.mark.parametrize("how", ["fair", "spread", "deciding", "halves"])
def test_the_winner_has_the_lowest_score_by_the_readable_rules(how, windtunnel, tmp_path) -> None:
    (tmp_path / "busy.yaml").write_text(BUSY + MORE[how])
    decisions = [one for job in told(windtunnel, "busy.yaml", "--slowest", "60")["jobs"] for one in job["decisions"]]
    assert len(decisions) >= 60
    for one in decisions:
        winner, other = one["winner"], one["runner_up"]
        assert one["node"] == winner["node"]
        assert (one["ahead"], one["note"]) == (0, "")
        assert other is None or (winner["score"], winner["row"]) < (other["score"], other["row"])
        assert one["candidates"] + sum(one["rejections"].values()) == one["nodes"]
        assert one["rejections"]["resources"] == 3 or how == "halves"  # the small machines


JOB = "        count: 4\n"
OTHERS = {
    "gang": ({JOB: "        count: 2\n        gang: 3\n"}, "order"),
    "apart": ({JOB: f"{JOB}        affinity: [{{to: 'label:test', anti: true}}]\n"}, "neighbours"),
    "impatient": ({JOB: f"{JOB}        max_queue_time: 10m\n"}, "turn"),
    "late": ({"scheduling": "faults: {delivery: {reorder: 20%, duplicate: 20%, delay: 20s}}\nscheduling"}, "order"),
    "leaving": ({"allocator: drf": "allocator: drf, placement: pack-by-departure, estimates: exact"}, "turn"),
}


@pytest.mark.parametrize("how", OTHERS)
def test_rarer_rules_are_told_as_they_are(how, windtunnel, tmp_path) -> None:
    changes, cause = OTHERS[how]
    text = BUSY + MORE["fair"]
    for before, after in changes.items():
        text = text.replace(before, after)
    (tmp_path / "busy.yaml").write_text(text)
    jobs = told(windtunnel, "busy.yaml", "--slowest", "20")["jobs"]
    assert cause in {share["cause"] for job in jobs for share in job["wait"]}
    assert all(sum(share["us"] for share in job["wait"]) == job["wait_us"] for job in jobs)
    decisions = [one for job in jobs for one in job["decisions"]]
    assert all((one["winner"]["node"], one["ahead"], one["note"]) == (one["node"], 0, "") for one in decisions)
    assert decisions or how == "impatient"
    assert {job["state"] for job in jobs} == {"EXPIRED" if how == "impatient" else "SUCCEEDED"}


def test_who_made_way_and_who_went_ahead_are_causes(windtunnel, tmp_path) -> None:
    urgent = """\
        interruptible: true
      urgent:
        resources: {cpu: 3cpu, memory: 1GiB}
        priority: 5
        duration: 2m
"""
    text = BUSY.replace("fleet:", urgent + "fleet:")
    (tmp_path / "busy.yaml").write_text(text + "scheduling: {ordering: priority, preemption: {rule: priority}}\n")
    jobs = told(windtunnel, "busy.yaml", "--slowest", "10")["jobs"]
    causes = {share["cause"] for job in jobs for share in job["wait"]}
    assert {"priority", "order", "lost-attempt"} <= causes
    retried = [job for job in jobs if job["attempts"] > 1]
    assert retried
    assert all(len({one["attempt"] for one in job["decisions"]}) == job["attempts"] for job in retried)


def test_a_file_of_json_is_written_beside_the_screen(kept, windtunnel, tmp_path) -> None:
    answer = windtunnel("explain", kept, "--slowest", "2", "--json", "slow.json", "-q")
    assert answer.code == 0
    assert "Why it waited" in answer.out
    assert len(json.loads((tmp_path / "slow.json").read_text())["jobs"]) == 2


def test_a_kept_run_is_told_as_its_events_have_it(kept, windtunnel) -> None:
    (job,) = told(windtunnel, kept, "--slowest", "1")["jobs"]
    wanted = (JobQueued, JobPlaced, JobStarted)
    events = [one for some in stored_events(kept / "events.parquet", "drf+fifo+best-fit", wanted) for one in some]
    mine = {type(one): one for one in events if one.job == job["job"]}
    assert mine[JobQueued].at_us == job["queued_us"]
    assert mine[JobStarted].at_us - mine[JobQueued].at_us == job["wait_us"]
    assert mine[JobPlaced].node == job["decisions"][-1]["node"]
    (result,) = load_run(kept)
    assert job["wait_us"] == wait_us(result).max()


def test_whose_turn_it_was_is_the_tenant_with_the_lowest_share(windtunnel, tmp_path) -> None:
    (tmp_path / "busy.yaml").write_text(BUSY + MORE["fair"])
    jobs = told(windtunnel, "busy.yaml", "--slowest", "300")["jobs"]
    shared = 0
    for job in jobs:
        waiting = [one for one in job["decisions"][-1]["tenants"] if one["waits"]]
        assert waiting[0]["name"] == job["tenant"]
        shared += len(waiting) > 1
    assert shared  # somebody else waited too


@pytest.mark.parametrize("written", ["7", "job-7", "job/7", "#7", "Job 7"])
def test_job_numbers_are_taken_as_they_are_printed(written, kept, windtunnel) -> None:
    assert [job["job"] for job in told(windtunnel, kept, "--job", written)["jobs"]] == [7]


def test_jobs_are_found_by_patterns_of_their_names(kept, windtunnel) -> None:
    found = told(windtunnel, kept, "--job", "web/*/t?st", "--slowest", "4")["jobs"]
    assert len(found) == 4
    assert {(job["tenant"], job["label"]) for job in found} == {("web", "test")}
    assert [job["wait_us"] for job in found] == sorted((job["wait_us"] for job in found), reverse=True)
    one = found[0]
    (same,) = told(windtunnel, kept, "--job", f"web/{one['pipeline']}/*", "--slowest", "1")["jobs"]
    assert same["job"] == one["job"]


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ("999999", "no such job"),
        ("tests", "no label is called tests; there are test (did you mean test?)"),
        ("wep/*/test", "no tenant is called wep; there are web, data (did you mean web?)"),
        ("web/999999/test", "no such job: pipelines 1 to"),
        ("a/b", "a number, a label, or tenant/pipeline/label"),
    ],
)
def test_unknown_jobs_are_answered_with_what_there_is(job, says, kept, windtunnel) -> None:
    answer = windtunnel("explain", kept, "--job", job)
    assert answer.code == 2
    assert says in answer.err
    assert not answer.out


def test_a_run_that_is_not_the_same_any_more_is_refused(kept, windtunnel) -> None:
    manifest = json.loads((kept / "manifest.json").read_text())
    manifest["scenario"]["tenants"]["web"]["weight"] = 9
    (kept / "manifest.json").write_text(json.dumps(manifest))
    answer = windtunnel("explain", kept, "--slowest", "1", "--quiet")
    assert answer.code == 2
    assert "run again, it is another run" in answer.err
    assert not answer.out


def test_a_run_with_a_plugin_needs_that_very_plugin(windtunnel, tmp_path) -> None:
    plugin = tmp_path / "mine.py"
    plugin.write_text("def tall(free_cpu, cpu):\n    return free_cpu - cpu\n\n\nPLACEMENTS = {'tall': tall}\n")
    (tmp_path / "busy.yaml").write_text(BUSY + "scheduling: {placement: tall}\n")
    try:
        assert windtunnel("run", "busy.yaml", "--plugin", "mine.py", "--out", "out", "-q", "--no-events").code == 0
        assert told(windtunnel, "out", "--slowest", "1", "--plugin", "mine.py")["placement"] == "tall"
    finally:
        from scenarios.plugins import plugin_of, unplug

        unplug(plugin_of("placement", "tall"))
    answer = windtunnel("explain", "out", "--slowest", "1", "--quiet")
    assert answer.code == 2
    assert "mine.py sha256:" in answer.err
    assert "--plugin" in answer.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["busy.yaml"], "name it with --job"),
        (["out", "--slowest", "1", "--seed", "2"], "is a kept run"),
        (["nowhere", "--slowest", "1"], "no such file"),
        (["out", "--slowest", "1", "--policy", "fast"], "--policy"),
        (["out", "--slowest", "1", "--json", "missing/x.json"], "is not a directory"),
    ],
)
def test_what_cannot_be_answered_is_refused_at_once(arguments, says, kept, windtunnel) -> None:
    answer = windtunnel("explain", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_the_screen_tells_it_in_words(kept, windtunnel) -> None:
    answer = windtunnel("explain", kept, "--job", "test")
    assert answer.code == 0
    for words in ("It waited", "would have taken it", "Why it waited", "Whose turn it was", "more match"):
        assert words in " ".join(answer.out.split())
    assert max(map(len, answer.out.splitlines())) <= 80


def test_a_life_has_no_gap_and_counts_nothing_twice() -> None:
    life = Life(1, 1, ())
    life.turn(10, "needs")
    life.turn(10, "no-capacity")
    life.turn(10, "no-capacity")
    life.turn(25, "turn")
    life.turn(40, "no-capacity")
    life.booting(45, 60)
    life.turn(60, "worker-start")
    life.close(70)
    assert [(one.from_us, one.to_us, one.cause) for one in life.segments] == [
        (10, 25, "no-capacity"),
        (25, 40, "turn"),
        (40, 45, "no-capacity"),
        (45, 60, "machine-booting"),
        (60, 70, "worker-start"),
    ]
    assert sum(one.us for one in life.shares(10, 70)) == 60
    assert {one.cause: one.us for one in life.shares(20, 50)} == {"no-capacity": 10, "turn": 15, "machine-booting": 5}


def test_quotas_needs_and_booting_machines_have_names_of_their_own(windtunnel, tmp_path) -> None:
    quota = BUSY.replace("data: {}", "data: {quota: {hard: {jobs: 2}}}")
    (tmp_path / "quota.yaml").write_text(quota)
    found = told(windtunnel, "quota.yaml", "--job", "data/*/*", "--slowest", "5")["jobs"]
    assert all(job["wait"][0]["cause"] == "quota" for job in found)
    assert all(any("quota-hard" in look["rejections"] for look in job["looks"]) for job in found)
    elastic = BUSY.replace("nodes: 5", "nodes: {min: 0, max: 50, idle_timeout: 1m}\n          node_boot: 3m")
    (tmp_path / "elastic.yaml").write_text(elastic)
    found = told(windtunnel, "elastic.yaml", "--slowest", "3")["jobs"]
    assert "machine-booting" in {share["cause"] for job in found for share in job["wait"]}

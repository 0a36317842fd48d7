"""What the APIs of GitHub, GitLab and Buildkite answer becomes a trace; what cannot be used is counted and said."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from reports.trace_stats import file_statistics
from scenarios.names import Name
from scenarios.traces import files
from scenarios.traces.documents import documents
from scenarios.traces.errors import TraceError
from scenarios.traces.formats import PRESETS, detect
from scenarios.traces.trace import read_recording


def github(number, *, at=0, wait=10, ran=60, attempt=1, run=1, status="completed", conclusion="success", **more):
    def clock(seconds):
        return f"2026-03-02T10:{seconds // 60:02}:{seconds % 60:02}Z"

    job = {
        "id": number, "run_id": run, "run_attempt": attempt, "name": "build", "status": status,
        "conclusion": conclusion, "labels": ["self-hosted", "linux"], "runner_id": 5, "runner_name": "r5",
        "created_at": clock(at), "started_at": clock(at + wait),
        "completed_at": clock(at + wait + ran) if status == "completed" else None,
    }  # fmt: skip
    return {key: value for key, value in (job | more).items() if value != "absent"}


@pytest.fixture
def read(tmp_path):
    def write_and_read(value, name="jobs.json", form=None):
        path = tmp_path / name
        text = value if isinstance(value, str) else json.dumps(value)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return read_recording(path, PRESETS[form or detect(path)])

    return write_and_read


def reasons(recording):
    return {one.reason: one.count for one in recording.reading.refused}


def said(recording, *words):
    return any(all(word in note for word in words) for note in recording.reading.notes)


def test_a_page_of_github_jobs_has_waits_lengths_and_runner_labels(read):
    r = read({"total_count": 2, "jobs": [github(1), github(2, at=5, wait=30, conclusion="failure")]})
    assert r.wait_us.tolist() == [10_000_000, 30_000_000]
    assert r.duration_us.tolist() == [60_000_000, 60_000_000]
    assert (r.queues, r.labels, r.outcome.tolist()) == (("linux,self-hosted",), ("build",), [0, 1])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"jobs": [github(1)]}, {"jobs": [github(2)]}]),
        json.dumps({"jobs": [github(1)]}) + json.dumps({"jobs": [github(2)]}),
        json.dumps({"jobs": [github(1)]}) + "\n" + json.dumps({"jobs": [github(2)]}) + "\n",
        json.dumps(github(1)) + "\n\n" + json.dumps(github(2)),
        json.dumps([github(1), github(2)], indent=2),
        "\ufeff" + json.dumps({"action": "completed", "workflow_job": github(1)}) + "\n" + json.dumps(github(2)),
    ],
    ids=["list-of-pages", "one-after-the-other", "a-page-a-line", "a-job-a-line", "indented", "webhook-after-a-mark"],
)
def test_pages_may_come_in_any_packing(read, text):
    assert read(text).reading.used == 2
    assert read(text, "jobs.json.gz").reading.used == 2


def test_of_several_sightings_of_a_job_the_furthest_state_counts_in_any_order(read):
    queued = {"action": "queued", "workflow_job": github(1, status="queued", conclusion=None)}
    running = {"action": "in_progress", "workflow_job": github(1, status="in_progress", conclusion=None)}
    ended = {"action": "completed", "workflow_job": github(1)}
    for order in ([queued, running, ended], [ended, queued, running]):
        r = read("\n".join(map(json.dumps, order)))
        assert (r.reading.rows, r.reading.used, r.wait_us.tolist()) == (1, 1, [10_000_000])
        assert said(r, "2 of 3 sightings", "furthest")


def test_a_folder_of_pages_is_read_by_name_and_overlaps_are_merged(tmp_path):
    (tmp_path / "page-1.json").write_text(json.dumps({"jobs": [github(1), github(2, at=3)]}))
    (tmp_path / "page-2.json").write_text(json.dumps({"jobs": [github(2, at=3), github(3, status="queued")]}))
    (tmp_path / "notes.txt").write_text("not read")
    r = read_recording(tmp_path, PRESETS[detect(tmp_path)])
    assert (r.reading.rows, r.reading.used) == (3, 2)
    (refused,) = r.reading.refused
    assert refused.reason == "had not started when it was recorded (queued)"
    assert refused.first_place == "page-2.json, line 1, job 3"
    assert said(r, "2 files read")


def test_jobs_that_never_ran_are_counted_by_reason(read):
    r = read([
        github(1), github(2, conclusion="skipped"), github(3, conclusion="cancelled", runner_id=0, runner_name=""),
        github(4, conclusion="cancelled"), github(5, status="in_progress", conclusion=None),
    ])  # fmt: skip
    assert r.reading.used == 2
    assert reasons(r) == {
        "skipped: never ran": 1, "cancelled before it started": 1,
        "had not ended when it was recorded (in_progress)": 1,
    }  # fmt: skip


def test_without_created_at_waits_are_not_known_and_that_is_said(read):
    r = read([github(1, created_at="absent"), github(2, at=7, created_at=None)])
    assert r.wait_us is None and r.known_wait_us() is None
    assert r.queued_us.tolist() == [0, 7_000_000]
    assert said(r, "2 jobs without a time of queueing", "not known")


def test_a_few_without_created_at_do_not_count_as_waits_of_0(read, tmp_path):
    r = read([github(1, wait=100), github(2, at=7, created_at="absent")])
    assert r.known_wait_us().tolist() == [100_000_000]
    stats = file_statistics(tmp_path / "jobs.json")
    assert stats.wait_us.p50 == 100_000_000 and stats.by_queue[0].wait_us.p50 == 100_000_000


def test_clocks_that_disagree_are_noted(read):
    r = read([github(1, at=20, wait=-5), github(2)])
    assert 0 in r.wait_us.tolist() and said(r, "started before being queued")
    assert reasons(read([github(1), github(2, at=20, ran=-5)])) == {"finished before started": 1}


def test_reruns_arrive_but_what_a_later_attempt_only_tells_again_counts_once(read):
    first = [github(1), github(2, at=3, name="test", conclusion="failure")]
    again = [github(11, attempt=2), github(12, at=900, attempt=2, name="test")]
    r = read([*first, *again])
    assert r.reading.used == 3
    assert said(r, "1 job told again") and said(r, "1 job of a later attempt")


def test_missing_labels_are_said(read):
    r = read([github(1, labels=[]), github(2)])
    assert r.queues == ("unlabelled", "linux,self-hosted") and said(r, "1 job without runner labels")


def test_runs_alone_are_a_trace_of_whole_attempts(read):
    run = {
        "id": 7, "name": "CI", "run_number": 3, "workflow_id": 9, "status": "completed", "conclusion": "success",
        "run_attempt": 2, "created_at": "2026-03-02T10:00:00Z", "run_started_at": "2026-03-02T11:00:00Z",
        "updated_at": "2026-03-02T11:10:00Z",
    }  # fmt: skip
    r = read({"total_count": 1, "workflow_runs": [run]})
    assert r.duration_us.tolist() == [600_000_000] and r.wait_us is None
    assert said(r, "each attempt of a run is one job")


def gitlab(number, **more):
    return {
        "id": number, "name": "rspec", "stage": "test", "status": "success", "tag_list": ["docker", "amd64"],
        "created_at": "2026-03-02T10:00:00.000Z", "started_at": "2026-03-02T11:00:00.000Z",
        "finished_at": "2026-03-02T11:05:00.000Z", "queued_duration": 4.5, "pipeline": {"id": 3},
    } | more  # fmt: skip


def test_gitlab_jobs_wait_as_long_as_gitlab_says_not_since_their_pipeline_was_made(read):
    r = read([gitlab(1), gitlab(2, queued_duration=None)])
    assert sorted(r.wait_us.tolist()) == [4_500_000, 3_600_000_000]
    assert r.queues == ("amd64,docker",)


def test_gitlab_jobs_that_never_ran_are_counted_by_reason(read):
    r = read([
        gitlab(1), gitlab(2, status="manual", started_at=None), gitlab(3, status="canceled", started_at=None),
        gitlab(4, status="pending", started_at=None), gitlab(5, status="skipped", started_at=None),
    ])  # fmt: skip
    assert reasons(r) == {
        "manual, and not started": 1, "cancelled before it started": 1, "skipped: never ran": 1,
        "had not started when it was recorded (pending)": 1,
    }  # fmt: skip


def buildkite(number, **more):
    return {
        "id": f"job-{number}", "type": "script", "name": "RSpec", "state": "passed", "agent_query_rules": ["queue=gpu"],
        "created_at": "2026-03-02T10:00:00Z", "scheduled_at": "2026-03-02T10:00:00Z",
        "runnable_at": "2026-03-02T10:30:00Z", "started_at": "2026-03-02T10:31:00Z",
        "finished_at": "2026-03-02T10:41:00Z", "soft_failed": False, "retries_count": None,
    } | more  # fmt: skip


def test_buildkite_builds_give_script_jobs_that_wait_from_when_they_were_runnable(read):
    jobs = [
        buildkite(1), buildkite(2, runnable_at=None), {"id": "w", "type": "waiter", "state": "passed"},
        buildkite(3, state="broken", started_at=None, finished_at=None), buildkite(4, soft_failed=True),
    ]  # fmt: skip
    r = read([{"id": "b1", "number": 1, "state": "passed", "jobs": jobs}])
    assert sorted(r.wait_us.tolist()) == [60_000_000, 60_000_000, 1_860_000_000]
    assert (r.queues, sorted(r.outcome.tolist())) == (("gpu",), [0, 0, 1])
    assert reasons(r) == {"broken: a step that it needed failed, never ran": 1}
    assert said(r, "1 × a step of type waiter")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"jobs": [\n{"id": 1,,}]}', 2, "malformed JSON at column 10"),
        (json.dumps(github(1)) + "\n{", 2, "malformed JSON"),
        ("[" * 100_000, 1, "nested too deeply"),
        ('{"jobs": []}', 0, "no job"),
        ("[]", 0, "no job"),
        ("", 0, "no job"),
        ("7", 0, "no job"),
    ],
)
def test_what_is_no_json_and_what_has_no_job_is_refused_with_file_and_position(read, text, line, words):
    with pytest.raises(TraceError) as error:
        read(text, form="github-jobs")
    (problem,) = error.value.problems
    assert problem.line == line and words in problem.found and problem.source.endswith("jobs.json")


def test_a_json_value_that_is_too_large_is_refused_but_any_number_of_lines_is_read(read, monkeypatch):
    monkeypatch.setattr("scenarios.traces.documents.LARGEST", 5_000)
    lines = "\n".join(json.dumps(github(number, at=number % 50)) for number in range(200))
    assert read(lines).reading.used == 200
    with pytest.raises(TraceError, match="of more than"):
        read(json.dumps([github(number) for number in range(200)], indent=1), form="github-jobs")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(TraceError, match="without JSON files"):
        detect(tmp_path)


def test_published_examples_of_the_services_are_read(data):
    assert detect(data("api_examples/github")) == "github-jobs"
    r = read_recording(data("api_examples/gitlab/list_project_jobs.json"), PRESETS["gitlab-jobs"])
    assert sorted(r.wait_us.tolist()) == [10_000, 23_000]


def test_published_sets_are_known_by_their_columns_and_say_what_they_do_not_know(data):
    stats = file_statistics(data("vllm_buildkite/jobs.csv"))
    assert (stats.format, stats.rows, stats.used, stats.queues) == ("vllm-buildkite", 33_607, 24_175, 35)
    assert any("not recorded" in note for note in stats.notes)
    stats = file_statistics(data("pulumi_gha/runs.csv"))
    assert (stats.format, stats.rows, stats.used, stats.wait_us) == ("pulumi-gha", 12_762, 12_689, None)
    stats = file_statistics(data("linkerd_gha/jobs.json"))
    assert (stats.format, stats.rows, stats.used, stats.wait_us) == ("linkerd-gha", 9_224, 9_187, None)


KEYS = (
    "jobs", "workflow_job", "workflow_runs", "run_id", "run_number", "status", "conclusion", "state", "type", "labels",
    "created_at", "started_at", "completed_at", "finished_at", "updated_at", "runnable_at", "queued_duration",
    "pipeline", "stage", "tag_list", "agent_query_rules", "retries_count", "run_attempt", "job", "build", "name",
)  # fmt: skip
WORDS = (
    "",
    "completed",
    "success",
    "passed",
    "finished",
    "canceled",
    "script",
    "2026-03-02T10:00:00Z",
    "9999-12-31",
    "x",
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
INSIDE = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.sampled_from(KEYS), LEAVES, max_size=3)
JOB = st.fixed_dictionaries({"id": LEAVES}, optional=dict.fromkeys(KEYS, INSIDE))
VALUES = (
    JOB | st.lists(JOB | INSIDE, max_size=4) | st.fixed_dictionaries({"id": LEAVES, "jobs": st.lists(JOB, max_size=4)})
)


@given(VALUES, st.sampled_from(["github-jobs", "github-runs", "gitlab-jobs", "buildkite-builds"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_any_json_is_read_and_every_job_is_accounted_for(read, value, form):
    run = {"id": "sure", "run_number": 1, "status": "completed", "run_started_at": "2026-03-02T10:00:00Z",
           "updated_at": "2026-03-02T10:00:09Z"}  # fmt: skip
    sure = {"github-jobs": github("sure"), "github-runs": run, "gitlab-jobs": gitlab("sure")}
    reading = read([value, sure.get(form, buildkite("sure"))], form=form).reading
    assert reading.rows == reading.used + sum(rows.count for rows in reading.refused)
    assert reading.used >= 1


@pytest.mark.parametrize("name", ["\U0001f469\u200d\U0001f52c tests", "a\x00b\x1b[31m", "\ud800x", "two\nlines"])
def test_what_cannot_be_printed_in_a_name_becomes_a_space(read, name):
    (label,) = read({"jobs": [github(1, name=name)]}).labels
    assert label.isprintable() and label == label.strip()
    assert TypeAdapter(Name).validate_python(label) == label


@pytest.mark.parametrize("text", ['{"jobs": [{"id": 1, "run_id"', '[{"id": 1},', '{"jobs": [{"id": ' + "1" * 5_000 + ', "run_id": 1}]}'])  # fmt: skip  # noqa: E501
def test_a_dump_that_was_cut_off_is_refused_as_json_with_its_place(read, text):
    with pytest.raises(TraceError, match=r"jobs\.json:2: found (malformed JSON at column|a number of thousands)"):
        read("\n" + text)


def test_json_of_nobody_is_called_json_with_its_fields(read):
    with pytest.raises(TraceError, match=r"JSON without a job of a known service \(fields documentation_url, mess"):
        read({"message": "Not Found", "documentation_url": "x"})


def test_jobs_without_an_id_are_passed_over_and_not_taken_for_one(read):
    r = read({"jobs": [github(1), github(None), github("")]})
    assert len(r) == 1 and said(r, "2 × a job without an id")


def test_jobs_of_no_length_have_statistics(tmp_path):
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps({"jobs": [github(number, at=number, ran=0) for number in range(9)]}))
    assert file_statistics(path, None).concurrency.p99_over_mean == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), min_size=1, max_size=12), st.integers(1, 90))
def test_pieces_of_any_size_give_the_same_values_and_lines(monkeypatch, tmp_path, parts, size):
    """A file is read a piece at a time; where a piece ends must not matter."""
    path = tmp_path / "values.json"
    text = "".join(json.dumps({"x": "y" * length}, indent=1 if pretty else None) + "\n" for pretty, length in parts)
    path.write_text(text)
    whole = [(one.line, one.value) for one in documents(path)]
    monkeypatch.setattr(files, "_CHUNK", size)
    assert [(one.line, one.value) for one in documents(path)] == whole
    assert [value for _, value in whole] == [{"x": "y" * length} for _, length in parts]
    assert "".join(files.lines(path)) == text

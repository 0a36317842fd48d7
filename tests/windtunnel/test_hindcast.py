"""`windtunnel hindcast`: of a recording or of a scenario with one, and errors that name what is wrong."""

import json

import pytest

SCENARIO = """\
name: replay
workload:
  trace:
    file: jobs.csv
    format: csv
    columns: {queued: queued, started: started, finished: finished, label: label, queue: queue, pipeline: run}
    times: epoch_s
    default: {resources: {cpu: 1cpu}, runs_on: [big]}
    jobs:
      gpu: {resources: {cpu: 1cpu}, runs_on: [gpu]}
fleet:
  providers:
    own:
      pools:
        big: {labels: [big], nodes: 2, capacity: {cpu: 1cpu}}
        gpu: {labels: [gpu], nodes: 1, capacity: {cpu: 1cpu}}
policies:
  first-come: {allocator: fifo, ordering: fifo}
  last-come: {allocator: fifo, ordering: lifo}
"""


@pytest.fixture
def trace(tmp_path):
    """Two queues, first come, first served: one worker for gpu, two for cpu; jobs of a minute every half a minute."""
    lines = ["queued,started,finished,label,queue,run"]
    free = {"gpu": [0], "cpu": [0, 0]}
    for i in range(80):
        for queue in ("gpu", "cpu"):
            at = 1_767_571_200 + i * (70 if queue == "gpu" else 35) - (i % 4) * 30
            workers = free[queue]
            workers.sort()
            begins = max(workers[0], at)
            workers[0] = begins + 60 + i % 7
            lines.append(f"{at},{begins},{workers[0]},build,{queue},{i}")
    path = tmp_path / "jobs.csv"
    path.write_text("\n".join(lines[:1] + sorted(lines[1:])))
    return path


OPTIONS = (
    "--queued", "queued", "--started", "started", "--finished", "finished", "--queue", "queue", "--times",
    "epoch_s", "-q",
)  # fmt: skip


def test_a_recording_is_compared_queue_by_queue(trace, windtunnel):
    done = windtunnel("hindcast", trace, *OPTIONS, "--fleet", "gpu=1", "--fleet", "cpu=2", "--json", "--html", "h.html")
    found = json.loads(done.out)
    assert done.code == 0 and {queue["name"] for queue in found["queues"]} == {"gpu", "cpu"}
    assert {queue["workers_from"] for queue in found["queues"]} == {"given"}
    assert found["ranking"][0]["policy"] == "fifo"
    shown = windtunnel("hindcast", trace, *OPTIONS)
    assert shown.code == 0 and "misfit" in shown.out and max(map(len, shown.out.splitlines())) <= 80


def test_a_scenario_is_compared_on_its_own_fleet_where_queues_have_their_class(trace, windtunnel, tmp_path):
    (tmp_path / "replay.yaml").write_text(SCENARIO)
    done = windtunnel("hindcast", tmp_path / "replay.yaml", "--json", "-q")
    queues = {queue["name"]: queue for queue in json.loads(done.out)["queues"]}
    assert done.code == 0 and set(queues) == {"gpu", "cpu"}
    for queue in queues.values():
        assert queue["matches"][0]["policy"] == "first-come" and queue["matches"][0]["misfit"] < 0.1


def test_wrong_input_is_named(trace, windtunnel, tmp_path):
    (tmp_path / "replay.yaml").write_text(SCENARIO)
    (tmp_path / "t.dat").write_bytes(bytes(64))
    (tmp_path / "t.swf").write_text("1 0 5 60 4 -1 -1 4 60 -1 1 1 1 -1 1 -1 -1 -1\n")
    for arguments, words in (
        ((trace, *OPTIONS, "--fleet", "gpu=0"), "--fleet gpu=0"),
        ((trace, *OPTIONS, "--fleet", "tpu=4"), "no such queue"),
        ((trace, *OPTIONS, "--fleet", "4", "--fleet", "best"), "already"),
        ((trace, *OPTIONS, "--policy", "fifi"), "fifo"),
        ((trace, *OPTIONS, "--trace", trace), "only with a scenario"),
        (("t.dat",), "does not say when jobs queued"),
        (("t.swf",), "jobs of several processors"),
        (("replay.yaml", "--fleet", "4"), "its own fleet"),
        (("replay.yaml", "--policy", "none"), "first-come"),
        (("quickstart",), "no recorded workload"),
        (("nothing.csv",), "nothing.csv"),
    ):
        done = windtunnel("hindcast", *arguments)
        assert done.code == 2 and words in done.err, arguments


def test_an_interrupt_shows_the_queues_that_are_done(trace, windtunnel, monkeypatch):
    from reports.hindcasting import comparing

    replay, seen = comparing.hindcast_queue, []

    def first_only(*arguments):
        if seen:
            raise KeyboardInterrupt
        seen.append(1)
        return replay(*arguments)

    monkeypatch.setattr(comparing, "hindcast_queue", first_only)
    done = windtunnel("hindcast", trace, *OPTIONS)
    assert done.code == 130 and "interrupted after 1 of 2 queues" in done.out and "misfit" in done.out

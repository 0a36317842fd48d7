"""`windtunnel export` writes a kept run for other tools, whole or not at all."""

from pathlib import Path

import duckdb
import msgspec
import pytest
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace


@pytest.fixture
def kept(windtunnel, tiny) -> Path:
    assert windtunnel("run", tiny, "--out", "kept", "--policy", "fair", "-q").code == 0
    return tiny.parent / "kept"


def lines(path: Path) -> list[dict]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def spans(path: Path) -> list[dict]:
    return [span for line in lines(path) for span in line["resourceSpans"][0]["scopeSpans"][0]["spans"]]


def jobs_of(kept: Path, what: str = "*", where: str = "true") -> int:
    ((count,),) = duckdb.sql(f"select count({what}) from '{kept}/jobs.parquet' where {where}").fetchall()
    return count


def jobs_ended(metrics: list[dict]) -> int:
    """By the counter, over all its series; 0 where it is not there yet."""
    ended = [metric for metric in metrics if metric["name"] == "windtunnel.job.ended"]
    return sum(int(point["asInt"]) for metric in ended for point in metric["sum"]["dataPoints"])


def metrics_of(line: dict) -> list[dict]:
    return line["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]


def test_everything_at_once(windtunnel, kept, tmp_path) -> None:
    done = windtunnel("export", kept, "--otlp", "t.jsonl", "--metrics", "m.jsonl", "--perfetto", "p.pftrace")
    assert done.code == 0
    assert done.out == ""
    assert "t.jsonl: " in done.err
    assert "open it in ui.perfetto.dev" in done.err
    roots = [span for span in spans(tmp_path / "t.jsonl") if "parentSpanId" not in span]
    attempts = [span for span in spans(tmp_path / "t.jsonl") if span["name"].startswith("attempt")]
    assert len(roots) == jobs_of(kept, "distinct pipeline")
    assert len(attempts) == jobs_of(kept)
    last = metrics_of(lines(tmp_path / "m.jsonl")[-1])
    assert jobs_ended(last) == jobs_of(kept)
    workers = next(metric for metric in last if metric["name"] == "cicd.worker.count")["sum"]["dataPoints"]
    assert [point["asInt"] for point in workers] == ["0", "0", "0"], "all workers are gone"
    trace = Trace.FromString((tmp_path / "p.pftrace").read_bytes())
    names = {packet.track_descriptor.name for packet in trace.packet if packet.HasField("track_descriptor")}
    assert {"local/linux", "node 1", "web", "data"} <= names


def test_metrics_grow_from_hour_to_hour(windtunnel, kept, tmp_path) -> None:
    assert windtunnel("export", kept, "--metrics", "m.jsonl", "-q").err == ""
    counts = [jobs_ended(metrics_of(line)) for line in lines(tmp_path / "m.jsonl")]
    assert len(counts) >= 3
    assert counts == sorted(counts)
    assert counts[:2] == [jobs_of(kept, where=f"finished_us < {hour} * 3600000000") for hour in (1, 2)]
    assert counts[-1] == jobs_of(kept)


def test_a_sample_is_smaller_and_the_same_each_time(windtunnel, kept, tmp_path) -> None:
    for name in ("whole", "one", "two"):
        windtunnel("export", kept, "--otlp", name, *([] if name == "whole" else ["--sample", 5]))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    ids = [{span["traceId"] for span in spans(tmp_path / name)} for name in ("one", "whole")]
    assert ids[0] < ids[1]


def test_stdout_takes_one_of_them(windtunnel, kept) -> None:
    done = windtunnel("export", kept, "--otlp", "-", "-q")
    assert msgspec.json.decode(done.out.splitlines()[0])["resourceSpans"]
    both = windtunnel("export", kept, "--otlp", "-", "--metrics", "-")
    assert both.code == 2
    assert "each need a file of their own" in both.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to write: name a file with --otlp, --metrics"),
        (("--otlp", "no/such/t.jsonl"), "no/such is not a directory: make it first"),
        (("--otlp", "t", "--policy", "fiar"), "did you mean fair?"),
        (("--otlp", "t", "--sample", "0"), "x>=1"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(windtunnel, kept, arguments, said) -> None:
    done = windtunnel("export", kept, *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_a_run_with_several_policies_wants_one_named(windtunnel, tiny) -> None:
    windtunnel("run", tiny, "--out", "kept", "-q")
    done = windtunnel("export", "kept", "--perfetto", "p")
    assert done.code == 2
    assert "kept holds several policies: choose one of first-come, fair, shortest with --policy" in done.err
    assert windtunnel("export", "kept", "--perfetto", "p", "--policy", "shortest").code == 0


def test_a_run_without_events_and_no_run_at_all_are_said(windtunnel, tiny, tmp_path) -> None:
    windtunnel("run", tiny, "--out", "kept", "--policy", "fair", "--no-events", "-q")
    done = windtunnel("export", "kept", "--otlp", "t")
    assert done.code == 2
    assert "kept without its events" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "tiny.yaml"], "nothing is left"
    assert "not a stored run" in windtunnel("export", "elsewhere", "--otlp", "t").err


def test_a_file_that_was_there_stays_when_the_export_fails(windtunnel, tiny, tmp_path) -> None:
    windtunnel("run", tiny, "--out", "kept", "--policy", "fair", "--no-events", "-q")
    (tmp_path / "t").write_text("mine")
    assert windtunnel("export", "kept", "--otlp", "t").code == 2
    assert (tmp_path / "t").read_text() == "mine"


def test_a_link_is_written_through(windtunnel, kept, tmp_path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_text("")
    assert windtunnel("export", kept, "--otlp", "link", "-q").code == 0
    assert (tmp_path / "link").is_symlink()
    assert spans(tmp_path / "target")

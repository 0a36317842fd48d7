"""`windtunnel profile`: what is said adds up, the files can be opened, and nothing is overwritten unasked."""

import json
import pstats
import re
from html.parser import HTMLParser

import pytest

from windtunnel.profiling.flame import flame_page, tree
from windtunnel.profiling.sources import module_of, short
from windtunnel.profiling.speedscope import SCHEMA, speedscope
from windtunnel.profiling.stacks import Frame

A, B, C = (Frame("sim.bus", name, "sim/bus.py", line) for line, name in enumerate("abc", 1))
STACKS = {(A,): 1.0, (A, B): 2.0, (A, B, C): 0.5, (A, C): 0.5, (B,): 1.0}


@pytest.fixture
def profiled(windtunnel, tiny):
    def call(*arguments):
        return windtunnel("profile", tiny, "--policy", "fair", "--seconds", "0.05", "--quiet", *arguments)

    return call


def test_the_profile_is_of_the_run_that_windtunnel_run_makes(profiled, windtunnel, tiny) -> None:
    answer = profiled("--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    run = json.loads(windtunnel("run", tiny, "--policy", "fair", "--json", "-", "-q").out)
    assert found["digest"] in json.dumps(run)
    assert found["events_per_job"] == found["events"] / found["jobs"]
    assert found["timing"]["us_per_job"] == pytest.approx(found["timing"]["wall_s"] / found["jobs"] * 1e6)
    assert found["work"]["jobs_submitted"] == found["jobs"]
    assert found["work"]["offers"] > 0


def test_shares_add_up_and_calls_are_those_that_were_made(profiled) -> None:
    found = json.loads(profiled("--json").out)
    sampled, counted, memory = found["sampled"], found["counted"], found["memory"]
    assert sum(one["share"] for one in sampled["layers"]) in (pytest.approx(1.0), 0)
    publish = next(one for one in counted["functions"] if one["name"] == "sim.bus.publish")
    assert publish["calls"] == found["events"]
    assert sampled["overhead"] > 0 and counted["overhead"] > 0 and memory["overhead"] > 0
    assert 0 < memory["looked_at_bytes"] <= memory["peak_bytes"]
    assert sum(one["bytes"] for one in memory["places"]) <= memory["looked_at_bytes"]
    assert not any(one["file"].startswith("/") for one in (*counted["functions"], *memory["places"]))


def test_the_files_can_be_opened(profiled, tmp_path) -> None:
    answer = profiled("--out", "p", "--seconds", "1")
    assert answer.code == 0, answer.err
    kept = json.loads((tmp_path / "p" / "profile.json").read_text())
    assert {path.name for path in (tmp_path / "p").iterdir()} == set(kept["files"])
    assert set(kept["files"]) == {"profile.json", "flame.html", "speedscope.json", "calls.pstats"}
    assert pstats.Stats(str(tmp_path / "p" / "calls.pstats")).total_calls > kept["events"]  # type: ignore[attr-defined]
    _judge(json.loads((tmp_path / "p" / "speedscope.json").read_text()))
    page = (tmp_path / "p" / "flame.html").read_text()
    assert "sim.run.simulate" in page
    assert not re.search(r"(src|href)\s*=|https?://", page)


def test_an_earlier_profile_is_replaced_only_when_asked(profiled, tmp_path) -> None:
    quick = ("--no-functions", "--no-memory", "--out", "p")
    assert profiled(*quick).code == 0
    refused = profiled(*quick)
    assert (refused.code, "holds a profile already" in refused.err) == (2, True)
    assert profiled(*quick, "--force").code == 0
    (tmp_path / "p" / "mine.txt").write_text("mine")
    refused = profiled(*quick, "--force")
    assert (refused.code, "mine.txt" in refused.err) == (2, True)
    assert (tmp_path / "p" / "mine.txt").read_text() == "mine"
    (tmp_path / "file").write_text("")
    assert profiled("--out", "file").code == 2
    assert profiled("--force").code == 2
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_folder_that_cannot_be_made_is_told_before_anything_runs(profiled, monkeypatch, tmp_path) -> None:
    from windtunnel.profiling.measuring import Profiler

    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(Profiler, "measure", lambda self: pytest.fail("it ran"))
    answer = profiled("--out", "file/p")
    assert answer.code == 2 and "cannot be made" in answer.err
    before = set(tmp_path.iterdir())
    with pytest.raises(pytest.fail.Exception):
        profiled("--out", "new/deep/p")
    assert set(tmp_path.iterdir()) == before


def test_what_was_finished_is_shown_when_it_is_interrupted(profiled, monkeypatch) -> None:
    from windtunnel.profiling.calls import Calls

    def interrupted(self, call) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Calls, "counted", interrupted)
    answer = profiled("--json")
    assert answer.code == 130
    found = json.loads(answer.out)
    assert found["interrupted"]
    assert found["sampled"] is not None
    assert found["counted"] is None


def test_the_screen_fits_and_says_what_looking_on_costs(profiled) -> None:
    answer = profiled()
    assert answer.code == 0
    for words in ("Without a profiler", "times as long as without", "Layers, by samples", "Work, the same on every"):
        assert words in " ".join(answer.out.split())
    assert max(map(len, answer.out.splitlines())) <= 80


def test_a_tree_of_stacks_holds_all_time_once() -> None:
    root = tree(STACKS)
    assert root.seconds == sum(STACKS.values())
    assert root.children[A].seconds == 4.0
    assert root.children[A].children[B].seconds == 2.5
    assert root.children[A].children[B].children[C].seconds == 0.5


def test_the_page_draws_every_box_as_wide_as_its_time() -> None:
    boxes: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs) -> None:
            if "data-w" in dict(attrs):
                boxes.append(dict(attrs))

    page = flame_page(STACKS, "<b>title</b>", ("a note",), lambda stack: "event bus")
    Reader().feed(page)
    widths = {(one["title"].split()[0], one["data-d"]): float(one["data-w"]) for one in boxes}
    assert widths == {
        ("sim.bus.a", "0"): 0.8,
        ("sim.bus.b", "0"): 0.2,
        ("sim.bus.b", "1"): 0.5,
        ("sim.bus.c", "1"): 0.1,
        ("sim.bus.c", "2"): 0.1,
    }
    assert "<b>title" not in page


def test_the_speedscope_file_keeps_to_its_format() -> None:
    told = speedscope(STACKS, "a run", "windtunnel@1")
    _judge(told)
    (profile,) = told["profiles"]
    assert profile["endValue"] == 5.0
    names = [one["name"] for one in told["shared"]["frames"]]
    by_stack = {
        tuple(names[frame] for frame in stack): weight
        for stack, weight in zip(profile["samples"], profile["weights"], strict=True)
    }
    assert by_stack[("sim.bus.a", "sim.bus.b")] == 2.0


def test_files_are_named_without_the_machine() -> None:
    assert short("/anywhere/x/domain/scheduling/queue.py") == "domain/scheduling/queue.py"
    assert short("/anywhere/lib/site-packages/simpy/core.py") == "simpy/core.py"
    assert short("/usr/lib/python3.11/heapq.py") == "heapq.py"
    assert module_of("/anywhere/sim/bus.py") == "sim.bus"


def _judge(told) -> None:
    """By the required fields and types of speedscope's file-format-schema.json."""
    jsonschema = pytest.importorskip("jsonschema")
    number, text = {"type": "number"}, {"type": "string"}
    frame = {
        "type": "object",
        "properties": {"name": text, "file": text, "line": number, "col": number},
        "required": ["name"],
    }
    profile = {
        "type": "object",
        "properties": {
            "type": {"enum": ["sampled"]},
            "name": text,
            "unit": {"enum": ["bytes", "microseconds", "milliseconds", "nanoseconds", "none", "seconds"]},
            "startValue": number,
            "endValue": number,
            "samples": {"type": "array", "items": {"type": "array", "items": number}},
            "weights": {"type": "array", "items": number},
        },
        "required": ["endValue", "name", "samples", "startValue", "type", "unit", "weights"],
    }
    shared = {"type": "object", "properties": {"frames": {"type": "array", "items": frame}}, "required": ["frames"]}
    schema = {
        "type": "object",
        "properties": {
            "$schema": {"enum": [SCHEMA]},
            "shared": shared,
            "profiles": {"type": "array", "items": profile},
            "name": text,
            "activeProfileIndex": number,
            "exporter": text,
        },
        "required": ["$schema", "profiles", "shared"],
    }
    jsonschema.validate(told, schema)
    for one in told["profiles"]:
        assert len(one["samples"]) == len(one["weights"])
        assert all(0 <= at < len(told["shared"]["frames"]) for stack in one["samples"] for at in stack)

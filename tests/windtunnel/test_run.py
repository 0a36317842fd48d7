"""`windtunnel run`: what is on the screen and on disk, and that asking for one leaves the other alone."""

import json
import os
from pathlib import Path

import pytest

from tests.windtunnel.conftest import Windtunnel


def test_the_screen_has_the_answer_for_every_policy(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny)
    assert outcome.code == 0, outcome.err
    for word in ("first-come", "fair", "shortest", "p50", "p95", "p99", "web", "data", "busy", "idle", "digest"):
        assert word in outcome.out
    assert "\x1b" not in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_the_screen_is_used_where_it_is_wide(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    widest = max(map(len, windtunnel("run", tiny).out.splitlines()))
    assert 80 < widest <= 160


def test_json_on_stdout_is_alone_there(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--json", "-")
    assert outcome.code == 0
    document = json.loads(outcome.out)
    assert [summary["policy"] for summary in document["summaries"]] == ["first-come", "fair", "shortest"]


def test_html_on_stdout_is_alone_there_and_two_do_not_mix(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--html", "-")
    assert outcome.code == 0
    assert outcome.out.startswith("<!doctype html>")
    assert outcome.out.rstrip().endswith("</html>")
    outcome = windtunnel("run", tiny, "--html", "-", "--json", "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert "only one of --json and --html" in outcome.err


def test_policies_can_be_chosen(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--policy", "shortest", "--policy", "first-come", "--json", "-")
    assert [summary["policy"] for summary in json.loads(outcome.out)["summaries"]] == ["first-come", "shortest"]


def test_fields_and_the_seed_can_be_set(windtunnel: Windtunnel, tiny: Path) -> None:
    arguments = ("run", tiny, "--policy", "fair", "--json", "-")
    usual = json.loads(windtunnel(*arguments).out)["summaries"][0]
    again = json.loads(windtunnel(*arguments).out)["summaries"][0]
    other = json.loads(windtunnel(*arguments, "--seed", 8, "--set", "horizon=1h").out)["summaries"][0]
    assert usual["digest"] == again["digest"] != other["digest"]
    assert (usual["seed"], other["seed"]) == (7, 8)
    assert other["horizon_us"] * 2 == usual["horizon_us"]


def test_check_is_said_in_the_result(windtunnel: Windtunnel, tiny: Path) -> None:
    one = ("run", tiny, "--policy", "fair", "--json", "-")
    assert not json.loads(windtunnel(*one).out)["summaries"][0]["checked"]
    assert json.loads(windtunnel(*one, "--check").out)["summaries"][0]["checked"]


def test_out_keeps_the_run_and_report_shows_it_again(windtunnel: Windtunnel, tiny: Path) -> None:
    ran = windtunnel("run", tiny, "--out", "kept/run")
    assert ran.code == 0, ran.err
    names = {path.name for path in Path("kept/run").iterdir()}
    assert {
        "manifest.json", "summary.json", "jobs.parquet", "nodes.parquet", "events.parquet", "report.html"
    } <= names  # fmt: skip
    shown = windtunnel("report", "kept/run")
    assert shown.code == 0
    assert shown.out == ran.out
    again = windtunnel("report", "kept/run", "--json", "-", "--html", "again.html")
    assert json.loads(again.out) == json.loads(Path("kept/run/summary.json").read_bytes())
    assert Path("again.html").read_text() == Path("kept/run/report.html").read_text()


def test_the_scenario_is_kept_as_it_was_written_with_what_was_changed(windtunnel: Windtunnel, tiny: Path) -> None:
    changed = ("--set", "horizon=1h", "--seed", 8)
    assert windtunnel("run", tiny, "--policy", "fair", "--out", "kept", *changed).code == 0
    assert Path("kept/scenario.yaml").read_text() == tiny.read_text()
    manifest = json.loads(Path("kept/manifest.json").read_bytes())
    assert manifest["settings"] == ["horizon=1h", "seed=8"]
    settings = [word for change in manifest["settings"] for word in ("--set", change)]
    again = windtunnel("run", "kept/scenario.yaml", "--policy", "fair", "--json", "-", *settings)
    assert json.loads(again.out)["summaries"][0]["digest"] == manifest["runs"][0]["digest"]


def test_events_can_be_left_out(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--out", "without", "--no-events").code == 0
    assert not Path("without/events.parquet").exists()
    assert windtunnel("report", "without").code == 0
    assert windtunnel("run", tiny, "--out", "with").code == 0
    kept, left_out = (json.loads(Path(name, "summary.json").read_bytes())["summaries"] for name in ("with", "without"))
    assert [summary["digest"] for summary in kept] == [summary["digest"] for summary in left_out]


def test_an_earlier_run_is_replaced_only_when_forced(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--out", "kept").code == 0
    before = Path("kept/manifest.json").read_bytes()
    refused = windtunnel("run", tiny, "--out", "kept", "--seed", 8)
    assert refused.code == 2
    assert "force" in refused.err
    assert Path("kept/manifest.json").read_bytes() == before
    assert windtunnel("run", tiny, "--out", "kept", "--seed", 8, "--force").code == 0
    assert Path("kept/manifest.json").read_bytes() != before


def test_a_folder_that_is_not_ours_is_never_replaced(windtunnel: Windtunnel, tiny: Path) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("precious")
    outcome = windtunnel("run", tiny, "--out", "thesis", "--force")
    assert outcome.code == 2
    assert "thesis" in outcome.err
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.txt"]


def test_a_link_to_a_folder_is_followed(windtunnel: Windtunnel, tiny: Path) -> None:
    Path("disk").mkdir()
    Path("out").symlink_to("disk")
    assert windtunnel("run", tiny, "--out", "out").code == 0
    assert Path("out").is_symlink()
    assert Path("disk/manifest.json").exists()


def test_html_is_one_file_that_needs_no_other(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--html", "report.html").code == 0
    page = Path("report.html").read_text()
    assert "<svg" in page
    assert 'src="http' not in page
    assert 'href="http' not in page.replace('href="http://www.w3.org', "")


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_file_that_cannot_be_written_is_refused_before_simulating(
    windtunnel: Windtunnel, tiny: Path, option: str
) -> None:
    Path("folder").mkdir()
    for target in ("missing/file", "folder", "x" * 300):
        outcome = windtunnel("run", tiny, option, target)
        assert outcome.code == 2
        assert target.partition("/")[0] in outcome.err
        assert "Traceback" not in outcome.err
        assert outcome.out == ""
    assert not Path("missing").exists()


def test_quiet_says_nothing_and_still_writes(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--quiet", "--json", "figures.json")
    assert outcome == (0, "", "")
    assert json.loads(Path("figures.json").read_bytes())["summaries"]


def test_nothing_half_written_is_left(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--json", "figures.json", "--html", "report.html", "--out", "kept")
    assert {path.name for path in Path().iterdir()} == {"tiny.yaml", "figures.json", "report.html", "kept"}


def test_what_is_no_plain_file_is_written_to_and_never_replaced(windtunnel: Windtunnel, tiny: Path) -> None:
    pipe, link = Path("pipe"), Path("link.json")
    os.mkfifo(pipe)
    link.symlink_to("target.json")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert windtunnel("run", tiny, "--quiet", "--policy", "fair", "--json", pipe, "--html", link).code == 0
        assert pipe.is_fifo()
        assert os.read(reader, 1 << 20).startswith(b"{")
    finally:
        os.close(reader)
    assert link.is_symlink()
    assert Path("target.json").read_text().startswith("<!")

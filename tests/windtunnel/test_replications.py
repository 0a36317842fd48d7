"""Replications, thresholds and comparisons from the command line: what comes out does not depend on how it was run."""

import json
import os
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

import windtunnel as wt
from reports.store import load_run
from scenarios.loader import load_scenario
from sim.run import simulate
from tests.windtunnel.conftest import Windtunnel
from windtunnel.exits import INCONCLUSIVE, INTERRUPTED, INVALID, OK, THRESHOLD


def figures(path: str) -> dict[str, Any]:
    """A JSON report without how long things took."""
    found: dict[str, Any] = json.loads(Path(path).read_bytes())
    for each in [*found["summaries"], *found.get("experiment", {}).get("replications", ())]:
        for name in ("wall_s", "layer_s", "jobs_per_wall_s"):
            each.pop(name, None)
    return found


def test_a_plain_run_says_nothing_of_replications(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--json", "plain.json", "--html", "plain.html").code == OK
    assert {"experiment", "thresholds"}.isdisjoint(figures("plain.json"))
    assert "Replications" not in Path("plain.html").read_text()


def test_it_does_not_matter_how_many_processes_there_are(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--replications", 4, "--jobs", 1, "-q", "--json", "one.json").code == OK
    assert windtunnel("run", tiny, "--seeds", 4, "--jobs", 2, "-q", "--json", "two.json").code == OK
    one = figures("one.json")
    assert one == figures("two.json")
    runs = one["experiment"]["replications"]
    assert [(run["policy"], run["replication"]) for run in runs] == [
        (policy, number) for policy in ("first-come", "fair", "shortest") for number in range(4)
    ]
    assert len({run["digest"] for run in runs}) == 12
    (p95,) = (figure for figure in one["experiment"]["figures"] if figure["metric"] == "p95(wait)")
    assert set(p95["pooled"]) == {"first-come", "fair", "shortest"}
    for policy, pooled in p95["pooled"].items():
        assert pooled["low"] < p95["estimates"][policy]["value"] < pooled["high"]


def test_replication_0_is_the_plain_run_and_each_has_its_arrivals_for_all_policies(tiny: Path) -> None:
    scenario = load_scenario(tiny)
    plain = simulate(scenario, "fair")
    assert simulate(scenario, "fair", replication=0).digest == plain.digest
    fair, first = (simulate(scenario, policy, replication=3) for policy in ("fair", "first-come"))
    assert fair.digest != plain.digest
    assert sorted(fair.jobs.queued_us) == sorted(first.jobs.queued_us)
    assert sorted(fair.jobs.queued_us) != sorted(plain.jobs.queued_us)


def test_the_screen_shows_intervals_and_verdicts(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--replications", 5, "--jobs", 1, "--html", "r.html")
    for words in ("Replications", "p95(wait)", "Policies in pairs", "first-come − fair", "verdict"):
        assert words in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80
    page = Path("r.html").read_text()
    assert "5 replications of each policy" in page
    assert "cost_per_job" in page


@pytest.mark.parametrize(("threshold", "code", "outcome"), [
    ("p95(wait) < 24h", OK, "pass"), ("p95(wait) > 24h", THRESHOLD, "fail"), ("rate(job.killed) == 0", OK, "pass"),
    ("delta(cost) < +50%", OK, "pass"),
])  # fmt: skip
def test_thresholds_decide_the_exit_code(
    windtunnel: Windtunnel, tiny: Path, threshold: str, code: int, outcome: str
) -> None:
    found = windtunnel("run", tiny, "--replications", 4, "--jobs", 1, "--threshold", threshold, "--json", "t.json",
                       "--junit", "t.xml")  # fmt: skip
    assert found.code == code
    assert f"Thresholds  {threshold}" in found.out
    judged = figures("t.json")["thresholds"]
    assert {each["outcome"] for each in judged} == {outcome}
    cases = ElementTree.parse("t.xml").getroot().findall("testsuite/testcase")
    assert len(cases) == len(judged)


def test_one_run_alone_is_often_inconclusive_and_a_failure_outweighs_that(windtunnel: Windtunnel, tiny: Path) -> None:
    outcome = windtunnel("run", tiny, "--threshold", "p95(wait) < 24h")
    assert outcome.code == INCONCLUSIVE
    assert "too few jobs" in outcome.out
    assert "queue wait mean" in outcome.out  # the plain report is there too
    both = ("--threshold", "p95(wait) < 24h", "--threshold", "count(job.succeeded) == 0")
    assert windtunnel("run", tiny, "-q", *both).code == THRESHOLD
    assert windtunnel("run", tiny, "-q", "--threshold", "rate(job.killed) == 0").code == OK


def test_thresholds_of_the_scenario_count_without_being_asked_for(windtunnel: Windtunnel, tiny: Path) -> None:
    tiny.write_text(tiny.read_text() + "thresholds: ['count(job.succeeded) == 0']\n")
    outcome = windtunnel("run", tiny, "--out", "kept")
    assert outcome.code == THRESHOLD
    shown = windtunnel("report", "kept")
    assert "count(job.succeeded) == 0" in shown.out
    assert shown.code == OK  # it only shows


@pytest.mark.parametrize(("arguments", "message"), [
    (("--threshold", "p95(wiat) < 1s"), 'column 5: found "wiat"'),
    (("--threshold", "p95(wait{tenant=wbe}) < 1s"), "did you mean web?"),
    (("--threshold", "delta(cost, fiar) < 1%"), "did you mean fair?"),
    (("--threshold", "work.offres < 1"), "no counter offres"),
    (("--until", "ci(p95(wait)) < 0%"), "more than 0"),
    (("--max-replications", "5"), "--until, which is not given"),
    (("--until", "ci(cost) < 5%", "--replications", "9", "--max-replications", "5"), "more than --max-replications"),
    (("--junit", "nowhere/t.xml"), "is not a directory"),
])  # fmt: skip
def test_what_cannot_be_is_refused(
    windtunnel: Windtunnel, tiny: Path, arguments: tuple[str, ...], message: str
) -> None:
    outcome = windtunnel("run", tiny, *arguments)
    assert outcome.code == INVALID
    assert message in outcome.err


def test_replications_are_added_until_it_is_precise_or_there_are_enough(windtunnel: Windtunnel, tiny: Path) -> None:
    until = ("run", tiny, "--policy", "fair", "--jobs", 1, "--replications", 2, "-q")
    assert windtunnel(*until, "--until", "ci(busy) < 90%", "--json", "easy.json").code == OK
    easy = figures("easy.json")["experiment"]
    assert easy["stopping"].startswith("Stopped after ")
    limit = ("--until", "ci(p95(wait)) < 0.1%", "--max-replications", 4)
    assert windtunnel(*until, *limit, "--json", "hard.json").code == INCONCLUSIVE
    hard = figures("hard.json")["experiment"]
    assert len(hard["replications"]) == 4
    assert hard["stopping"] == "Stopped at the limit of 4: ci(p95(wait)) < 0.1% is not reached by fair."


def test_replications_are_kept_shown_again_and_open_to_queries(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--replications", 3, "--jobs", 1, "--out", "kept", "--keep-all").code == OK
    rows = pq.ParquetFile("kept/replications.parquet").read().to_pylist()
    everyone = [(policy, number) for policy in ("first-come", "fair", "shortest") for number in range(3)]
    assert [(row["policy"], row["replication"]) for row in rows] == everyone
    metrics = pq.ParquetFile("kept/metrics.parquet").read().to_pylist()
    assert {(row["policy"], row["replication"]) for row in metrics if row["metric"] == "p95(wait)"} == set(everyone)
    jobs = pq.ParquetFile("kept/replication_jobs.parquet").read().to_pylist()
    assert {row["replication"] for row in jobs} == {1, 2}
    assert len(load_run("kept")) == 3  # replication 0
    assert "Policies in pairs" in windtunnel("report", "kept").out


def test_kept_runs_and_scenarios_are_compared(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--replications", 6, "--jobs", 1, "--out", "small", "-q")
    large = Path("large.yaml")
    large.write_text(tiny.read_text().replace("nodes: 4", "nodes: 8"))
    options = ("--replications", 6, "--jobs", 1, "--json", "c.json", "--threshold", "delta(cost) < +50%")
    outcome = windtunnel("compare", "small@fair", "large.yaml@fair", *options)
    assert outcome.code == THRESHOLD
    found = figures("c.json")["experiment"]
    by_metric = {each["metric"]: each for each in found["comparisons"]}
    assert by_metric["mean(wait)"]["verdict"] == "large better"
    assert by_metric["mean(wait)"]["paired"] is True
    assert by_metric["cost"]["verdict"] == "small better"
    assert "Policies in pairs" in outcome.out


def test_runs_that_share_no_seed_are_told_apart_from_those_that_do(windtunnel: Windtunnel, tiny: Path) -> None:
    for seed in (1, 2):
        options = ("--policy", "fair", "--replications", 3, "--jobs", 1, "-q")
        windtunnel("run", tiny, *options, "--seed", seed, "--out", f"s{seed}")
    outcome = windtunnel("compare", "s1", "s2")
    assert outcome.code == OK
    assert "they share no random numbers" in " ".join(outcome.out.split())
    assert windtunnel("compare", "s1").code == INVALID
    windtunnel("run", tiny, "--set", "horizon=1h", "--policy", "fair", "--out", "short", "-q")
    other = windtunnel("compare", "s1", "short")
    assert other.code == INVALID
    assert "different windows" in other.err


def test_a_warm_up_can_be_given_or_found(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--warm-up", "20m", "-q", "--json", "given.json")
    assert {each["warm_up_us"] for each in figures("given.json")["summaries"]} == {20 * 60_000_000}
    outcome = windtunnel("run", tiny, "--warm-up", "auto", "--jobs", 1, "-q", "--json", "found.json")
    if outcome.code == OK:
        found = figures("found.json")
        assert len({each["warm_up_us"] for each in found["summaries"]}) == 1
        assert found["settings"][0].startswith("warm_up=")
    else:
        assert (outcome.code, "no steady state" in outcome.err) == (INVALID, True)


def test_an_interrupt_keeps_the_replications_that_are_finished(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from windtunnel import replicating

    once = replicating.replicate

    def signalled(scenario: Any, policy: str, number: int, *rest: Any) -> Any:
        if (policy, number) == ("fair", 3):
            os.kill(os.getpid(), signal.SIGINT)
        return once(scenario, policy, number, *rest)

    monkeypatch.setattr(replicating, "replicate", signalled)
    outcome = windtunnel("run", tiny, "--replications", 6, "--jobs", 1, "--out", "kept", "--json", "r.json")
    assert outcome.code == INTERRUPTED
    runs = figures("r.json")["experiment"]["replications"]
    assert [sum(run["policy"] == policy for run in runs) for policy in ("first-come", "fair", "shortest")] == [4, 3, 3]
    assert json.loads(Path("kept/manifest.json").read_bytes())["interrupted"] is True
    assert "Policies in pairs" in windtunnel("report", "kept").out


def test_a_notebook_has_experiments_too(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--replications", 3, "--jobs", 1, "-q", "--json", "r.json")
    found = wt.experiment(tiny, 3)
    told = {each["metric"]: each for each in figures("r.json")["experiment"]["figures"]}
    for figure in found.figures:
        for policy, estimate in figure.estimates.items():
            assert told[figure.metric]["estimates"][policy]["value"] == estimate.value
    assert len(found.comparisons) == 3 * len(found.figures)

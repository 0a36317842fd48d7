"""Capacity plans from the command line: Erlang's answer where Erlang knows it, and honest words where nobody does."""

import json
from math import log, sqrt
from pathlib import Path
from typing import Any

import pytest

from reports.fidelity.formulas import erlang_c
from tests.windtunnel.conftest import Windtunnel
from windtunnel.exits import INCONCLUSIVE, INVALID, OK, THRESHOLD

SERVICE_S = 10
QUEUE = """\
name: queue
seed: {seed}
horizon: {horizon}s
warm_up: {warm_up}s
workload:
  synthetic:
    pushes: {{rate: {rate}/h}}
    jobs:
      job: {{resources: {{cpu: 1cpu}}, duration: {{exponential: {{mean: {service}s}}}}, timeout: 52w}}
fleet: {{providers: {{p: {{pools: {{linux: {{nodes: 1, capacity: {{cpu: 1cpu}}, price: $0.10/h}}}}}}}}}}
"""


def queue(load: float, jobs: int = 2000, seed: int = 1) -> Path:
    """An M/M/c of so many servers' load, for a few thousand jobs."""
    rate = load * 3600 / SERVICE_S
    horizon = round(jobs / rate * 3600)
    text = QUEUE.format(seed=seed, horizon=horizon, warm_up=horizon // 10, rate=rate, service=SERVICE_S)
    Path("queue.yaml").write_text(text)
    return Path("queue.yaml")


def p95(load: float, servers: int) -> float:
    """Seconds, of P(wait > t) = C · exp(−(c − a) t ÷ s)."""
    return max(0.0, log(erlang_c(load, 1.0, servers) / 0.05) / (servers - load)) * SERVICE_S


def plan(path: str = "plan.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_bytes())
    return found


@pytest.mark.parametrize(("load", "servers"), [(0.6, 2), (1.7, 4), (4.0, 7), (8.0, 11), (14.0, 18)])
def test_the_answer_is_erlangs(windtunnel: Windtunnel, tmp_path: Path, load: float, servers: int) -> None:
    # Between the waits of c and of c − 1, so that neither is on a knife's edge.
    target = sqrt(p95(load, servers) * p95(load, servers - 1))
    meet = f"p95(wait) < {round(target * 1000)}ms"
    outcome = windtunnel(
        "plan", queue(load, 1500), "--vary", "nodes.linux.count=1..60", "--meet", meet, "--jobs", 1,
        "--json", "plan.json", "--max-replications", 200, "--no-around",
    )  # fmt: skip
    assert outcome.code == OK, outcome
    found = plan()
    assert found["verdict"] == "found"
    assert found["answer"]["values"] == {"nodes.linux.count": str(servers)}
    assert [trial["outcome"] for trial in found["neighbours"]] == ["fail"]
    assert found["between"] == [servers, servers]
    assert found["guesses"][0]["nodes"] == servers
    assert found["guesses"][0]["formula"] == "Erlang C"
    assert found["binding"] == [meet]
    assert f"nodes.linux.count={servers} meets the thresholds with 95 % confidence" in " ".join(outcome.out.split())


def test_the_answer_is_confirmed_with_other_seeds_and_the_same_from_any_number_of_processes(
    windtunnel: Windtunnel, tmp_path: Path
) -> None:
    call = ("plan", queue(2.0, 400), "--vary", "nodes.linux.count=1..20", "--meet", "p95(wait) < 8s", "--confirm", "-q")
    assert windtunnel(*call, "--jobs", 1, "--json", "plan.json").code == OK
    confirmation = plan()["confirmation"]
    assert confirmation["confirmed"] is True
    assert confirmation["seed"] != plan()["seed"]
    assert confirmation["trials"][0]["estimates"] != plan()["answer"]["estimates"]
    assert confirmation["trials"][0]["replications"] == plan()["answer"]["replications"]
    assert windtunnel(*call, "--jobs", 2, "--json", "two.json", "--out", "kept").code == OK
    assert Path("two.json").read_bytes() == Path("plan.json").read_bytes()
    assert Path("kept/plan.svg").read_text().startswith("<svg")
    size = Path("kept/finished.jsonl").stat().st_size
    assert windtunnel(*call, "--jobs", 1, "--json", "again.json", "--out", "kept").code == OK
    assert Path("again.json").read_bytes() == Path("plan.json").read_bytes()
    assert Path("kept/finished.jsonl").stat().st_size == size


def test_what_cannot_be_met_is_said_with_the_best_there_is(windtunnel: Windtunnel, tmp_path: Path) -> None:
    outcome = windtunnel(
        "plan", queue(6.0, 300), "--vary", "nodes.linux.count=1..5", "--meet", "p95(wait) < 10s",
        "--meet", "mean(wait) < 1h", "--jobs", 1, "--json", "plan.json",
    )  # fmt: skip
    assert outcome.code == THRESHOLD
    said = " ".join(outcome.out.split())
    assert "No fleet in range meets the thresholds with 95 % confidence. The best is nodes.linux.count=5" in said
    assert plan()["binding"] == ["p95(wait) < 10s"]


def test_a_knife_s_edge_cannot_be_told(windtunnel: Windtunnel, tmp_path: Path) -> None:
    meet = f"p95(wait) < {round(p95(2.0, 3) * 1000)}ms"  # the true value of three servers itself
    outcome = windtunnel(
        "plan", queue(2.0, 500), "--vary", "nodes.linux.count=1..20", "--meet", meet, "--jobs", 1, "--json",
        "plan.json",
        "--max-replications", 10, "--no-around",
    )  # fmt: skip
    assert outcome.code == INCONCLUSIVE
    assert plan()["verdict"] == "enough"
    assert plan()["answer"]["values"] == {"nodes.linux.count": "4"}
    assert plan()["between"] == [3, 4]
    assert "whether nodes.linux.count=3 would do too, one cannot tell" in " ".join(outcome.out.split())


TWO_POOLS = """\
name: two-pools
horizon: 80m
warm_up: 10m
workload:
  synthetic:
    pushes: {rate: 240/h}
    jobs:
      small: {resources: {cpu: 1cpu}, runs_on: [linux], duration: {exponential: {mean: 40s}}, timeout: 52w}
      large: {resources: {cpu: 1cpu}, runs_on: [arm], duration: {exponential: {mean: 20s}}, timeout: 52w}
fleet:
  providers:
    p:
      pools:
        linux: {nodes: 8, capacity: {cpu: 1cpu}, labels: [linux], price: $0.10/h}
        arm: {nodes: 8, capacity: {cpu: 1cpu}, labels: [arm], price: $0.20/h}
policies:
  first-come: {ordering: fifo}
  shortest: {ordering: sjf}
"""


def test_two_pools_and_two_policies_are_searched_together(windtunnel: Windtunnel, tmp_path: Path) -> None:
    Path("two.yaml").write_text(TWO_POOLS)
    outcome = windtunnel(
        "plan", "two.yaml", "--vary", "nodes.linux.count=1..12", "--vary", "nodes.arm.count=1..12",
        "--vary", "policy=first-come", "--meet", "p95(wait{pool=linux}) < 30s", "--meet", "p95(wait{pool=arm}) < 30s",
        "--jobs", 1, "--json", "plan.json", "--svg", "plan.svg",
    )  # fmt: skip
    assert outcome.code in (OK, INCONCLUSIVE), outcome
    found = plan()
    assert found["minimise"] == "cost"
    assert found["exhaustive"]
    # λ s = 8/3 and 4/3 servers: Erlang C, each for itself
    assert found["answer"]["values"] == {"nodes.linux.count": "5", "nodes.arm.count": "3"}
    assert {one["field"]: one["nodes"] for one in found["guesses"]} == {"nodes.linux.count": 5, "nodes.arm.count": 3}
    costs = [trial["estimates"]["cost"]["value"] for trial in found["front"]]
    waits = [trial["estimates"]["p95(wait)"]["value"] for trial in found["front"]]
    assert costs == sorted(costs)
    assert waits == sorted(waits, reverse=True)
    assert {trial["policy"] for trial in found["trials"]} == {"first-come"}
    assert Path("plan.svg").read_text().startswith("<svg")
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


def test_choices_are_tried_one_by_one_and_the_best_is_told(windtunnel: Windtunnel, tmp_path: Path) -> None:
    outcome = windtunnel(
        "plan", queue(2.0, 300), "--vary", "nodes.linux.count=1..9", "--vary", "linux.workers.start=1s,20s",
        "--meet", "p95(wait) < 25s", "--jobs", 1, "--json", "plan.json", "--minimise", "nodes", "--no-around",
    )  # fmt: skip
    assert outcome.code in (OK, INCONCLUSIVE), outcome
    assert plan()["answer"]["values"]["linux.workers.start"] == "1s"
    assert {trial["values"]["linux.workers.start"] for trial in plan()["trials"]} == {"1s", "20s"}


TRACE = """\
name: replay
workload:
  trace:
    file: jobs.csv
    format: csv
    columns: {queued: at, duration: took}
    times: epoch_s
    duration_unit: s
    default: {resources: {cpu: 1cpu}}
fleet: {providers: {local: {pools: {linux: {nodes: 1, capacity: {cpu: 1cpu}}}}}}
"""


def test_a_recording_alone_is_certain_of_itself_only_and_other_weeks_can_be_drawn(
    windtunnel: Windtunnel, tmp_path: Path
) -> None:
    Path("replay.yaml").write_text(TRACE)
    rows = [
        f"{day * 86400 + k * 600 + (day * 37 + k * k) % 500},{300 + (k * day * 7) % 900}"
        for day in range(4)
        for k in range(140)
    ]
    Path("jobs.csv").write_text("at,took\n" + "\n".join(rows) + "\n")
    call = (
        "plan",
        "replay.yaml",
        "--vary",
        "nodes.linux.count=1..20",
        "--meet",
        "p95(wait) < 5m",
        "--jobs",
        1,
        "--no-around",
    )
    outcome = windtunnel(*call, "--json", "plan.json")
    assert outcome.code == OK, outcome.err
    assert "this one recording alone" in " ".join(outcome.out.split())
    outcome = windtunnel(*call, "--resample", "12h", "--json", "weeks.json")
    assert outcome.code in (OK, INCONCLUSIVE), outcome.err
    assert "this one recording" not in outcome.out
    estimate = plan("weeks.json")["answer"]["estimates"]["mean(wait)"]
    assert estimate["low"] < estimate["high"]
    assert windtunnel(*call, "--resample", "12h", "--json", "again.json").code == outcome.code
    assert Path("again.json").read_bytes() == Path("weeks.json").read_bytes()
    assert windtunnel(*call, "--resample", "7h").code == INVALID
    assert windtunnel("plan", queue(1.0), *call[2:], "--resample", "1d").code == INVALID


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--vary", "nodes.linus.count=1..9", "--meet", "p95(wait) < 1m"), "did you mean linux?"),
        (("--vary", "horizon=1h..2h", "--meet", "p95(wait) < 1m"), "no count"),
        (("--vary", "nodes.linux.count=1..9", "--meet", "p95(wiat) < 1m"), "did you mean wait?"),
        (("--vary", "nodes.linux.count=0..9", "--meet", "p95(wait) < 1m"), "found 0"),
        (
            (
                "--vary",
                "nodes.linux.count=1..9",
            ),
            "nothing has to be met",
        ),
        (("--vary", "nodes.linux.count=1..9", "--meet", "delta(cost) < 5%"), "delta"),
        (("--vary", "nodes.linux.count=1..9", "--meet", "p95(wait) < 1m", "--confidence", "120%"), "--confidence"),
        (("--vary", "nodes.linux.count=1,2", "--meet", "p95(wait) < 1m"), "no count"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_runs(
    windtunnel: Windtunnel, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    outcome = windtunnel("plan", queue(2.0), *options, "--json", "plan.json")
    assert outcome.code == INVALID, outcome
    assert told in outcome.err
    assert "Traceback" not in outcome.err
    assert not Path("plan.json").exists()

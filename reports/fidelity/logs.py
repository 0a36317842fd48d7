"""Published figures of backfilling on recorded logs of parallel machines, from scenarios of the catalogue."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reports.fidelity.checks import Line, exactly, near
from scenarios.loader import load_scenario
from scenarios.spec import Scenario
from sim.run import simulate

LUBLIN, LUBLIN_TABLE = "swf/lublin_256.swf", "swf/expected_rlscheduler_lublin_256.json"
KTH, KTH_TABLE = "swf/KTH-SP2_log.swf.gz", "swf/expected_easy_KTH-SP2.json"

ORDERINGS = ("FCFS", "SJF", "F1")
SHORTEST_S = 10.0
"""A job counts as at least so long in its slowdown (Feitelson and others, JSSPP 1997)."""

ARTEFACT_LOG = "workload.trace.swf={max_processors: 100, runtime: at-most-estimate, missing_estimate: drop}"
TEXTBOOK = (114.2, 89.9)
"""Mean wait in minutes and bounded slowdown of EASY on KTH-SP2: Tsafrir, Etsion, Feitelson, IEEE TPDS 18(6), 2007."""

Seconds = NDArray[np.float64]


def waits_and_runs(scenario: Scenario, policy: str) -> tuple[Seconds, Seconds]:
    """Of every job, in seconds."""
    jobs = simulate(scenario, policy).jobs
    return (jobs.started_us - jobs.queued_us) / 1e6, (jobs.finished_us - jobs.started_us) / 1e6


def bounded_slowdown(waited: Seconds, ran: Seconds) -> float:
    """The mean of max(1, (wait + run) / max(run, 10 s))."""
    return float(np.maximum(1.0, (waited + ran) / np.maximum(ran, SHORTEST_S)).mean())


def rlscheduler(data: Path) -> list[Line]:
    """Mean over ten windows of the mean bounded slowdown, to every digit that was printed."""
    table = json.loads((data / LUBLIN_TABLE).read_text(encoding="utf-8"))
    lines = []
    for kind, suffix in (("none", ""), ("backfill", "-backfill")):
        for name in ORDERINGS:
            got = [_window(data, start, f"{name.lower()}{suffix}") for start in table["starts"]]
            expected = table["bsld"][kind]["Lublin-1"][name]
            what = f"bounded slowdown, {name}{', backfilling' if suffix else ''}"
            lines.append(exactly(what, f"{expected:.2f}", f"{np.mean(got):.2f}", f"{len(got)} windows of 1 024 jobs"))
    return lines


def _window(data: Path, start: int, policy: str) -> float:
    scenario = load_scenario("rlscheduler", [f"workload.trace.rows.first={start}"], trace=str(data / LUBLIN))
    return bounded_slowdown(*waits_and_runs(scenario, policy))


def easy_artefact(data: Path) -> list[Line]:
    """Mean bounded slowdown, mean flow and longest flow, to seven places."""
    expected = json.loads((data / KTH_TABLE).read_text(encoding="utf-8"))["KTH-SP2"]["EASY"]
    scenario = load_scenario("easy-backfilling", [ARTEFACT_LOG], trace=str(data / KTH))
    waited, ran = waits_and_runs(scenario, "artefact")
    flow = waited + ran
    found = {"length": len(flow), "avgbsld": bounded_slowdown(waited, ran), "avgft": flow.mean(), "maxft": flow.max()}
    names = {"length": "jobs", "avgbsld": "bounded slowdown", "avgft": "mean flow, s", "maxft": "longest flow, s"}
    return [exactly(names[key], f"{expected[key]:.7f}", f"{value:.7f}") for key, value in found.items()]


def easy_textbook(data: Path) -> list[Line]:
    """Within 1 % of what was published."""
    scenario = load_scenario("easy-backfilling", trace=str(data / KTH))
    waited, ran = waits_and_runs(scenario, "textbook")
    wait, slowdown = TEXTBOOK
    said = f"{len(ran):,} jobs"
    return [
        near("mean wait, min", wait, float(waited.mean()) / 60, 0.01, 1, said),
        near("bounded slowdown", slowdown, bounded_slowdown(waited, ran), 0.01, 1, said),
    ]

"""The same M/M/50, job by job, in Windtunnel, plain simpy, Ciw and salabim: jobs per second of each, in one go.

All get the same 200 000 arrivals and services, and must find the same mean wait. The others simulate a queue and
nothing else; Windtunnel runs its whole engine with digest, once with the four contexts that every run has and once
with all seven. Processor time, without what each needs to start; of salabim a twentieth of the jobs, for it is slow.
"""

import json
import subprocess
from heapq import heapify, heapreplace
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from scenarios.build import build_workload
from scenarios.spec import Scenario
from sim.run import simulate
from sim.streams import Streams
from tests.bench.test_simulation import EVERY_CONTEXT, MMC

ROOT = Path(__file__).parents[2]
OTHERS = ROOT / "build/others/bin/python"
SERVERS = 50
JOBS = 200_000
POLICY = "drf+fifo+best-fit"


def scenario(jobs: int, every_context: bool = False) -> Scenario:
    written = {**MMC, "horizon": f"{jobs / 45 * 1.02:.0f}s"}
    if every_context:
        job = {**MMC["workload"]["synthetic"]["jobs"]["job"], "secrets": ["token"], "image": "tools"}
        written["workload"] = {"synthetic": {**MMC["workload"]["synthetic"], "jobs": {"job": job}}}
        written |= EVERY_CONTEXT
        written["artifacts"] = {**EVERY_CONTEXT["artifacts"], "image_bandwidth": "1000000GiB/s", "latency": "0s"}
    return Scenario.model_validate(written)


def draws(jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals and services in seconds, those of the scenario."""
    plan = scenario(jobs)
    pairs = [(one.at_us, one.durations_us[0]) for one in build_workload(plan, Streams(plan.seed, 0)).arrivals()]
    at_us, service_us = np.array(pairs[:jobs]).T
    return at_us / 1e6, service_us / 1e6


def recursion(arrivals: np.ndarray, services: np.ndarray) -> float:
    """The mean wait without any simulator: each job takes the server that is free first (Kiefer and Wolfowitz 1955)."""
    free = [0.0] * SERVERS
    heapify(free)
    waited = 0.0
    for at, service in zip(arrivals.tolist(), services.tolist(), strict=True):
        begins = max(at, free[0])
        heapreplace(free, begins + service)
        waited += begins - at
    return waited / len(arrivals)


def windtunnel(jobs: int, every_context: bool) -> tuple[float, float]:
    plan = scenario(jobs, every_context)
    began = process_time()
    table = simulate(plan, POLICY).jobs
    seconds = process_time() - began
    first = table.job <= jobs
    per_job = seconds / len(table)  # a few more arrive than are compared
    return per_job * jobs, float((table.started_us - table.queued_us)[first].mean() / 1e6)


def other(name: str, jobs: int, folder: Path) -> tuple[float, float]:
    if not OTHERS.exists():
        pytest.skip("`make bench` makes build/others first")
    arrivals, services = draws(jobs)
    np.savez(folder / "draws.npz", arrivals=arrivals, services=services)
    command = [str(OTHERS), "tests/bench/other_simulators.py", name, str(folder / "draws.npz"), str(SERVERS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    said = json.loads(done.stdout)
    return said["seconds"], said["mean_wait_s"]


def test_the_same_queue(tmp_path) -> None:
    rounds, rates = 3, {}
    for name, jobs in (("simpy", JOBS), ("ciw", JOBS), ("salabim", JOBS // 20), ("four", JOBS), ("seven", JOBS)):
        expected = recursion(*draws(jobs))
        best = float("inf")
        for _ in range(rounds):
            seconds, mean = (
                windtunnel(jobs, name == "seven") if name in ("four", "seven") else other(name, jobs, tmp_path)
            )
            assert mean == pytest.approx(expected, rel=1e-6), f"{name} simulates another queue"
            best = min(best, seconds)
        rates[name] = jobs / best
    labels = {"four": "windtunnel, four contexts", "seven": "windtunnel, seven contexts"}
    for name, rate in rates.items():
        print(f"{labels.get(name, name):<28} {rate:>9,.0f} jobs/s  {1e6 / rate:>7.1f} µs a job")

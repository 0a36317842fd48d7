"""M/M/c through the whole engine: the mean queue wait is that of Erlang's C formula."""

from math import exp, lgamma, log

import numpy as np
import pytest

from scenarios.spec import Scenario
from sim.run import simulate

BATCHES = 80
T_99 = 2.66
"""Student's t, 99.5 % quantile, for 70 to 79 degrees of freedom, rounded up."""


def erlang_c_wait(arrival: float, service: float, servers: int) -> float:
    """Mean wait in queue: C(c, a) / (cμ − λ), with Erlang C from the recursion of Erlang B (Erlang, 1917)."""
    load = arrival / service
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    waiting = blocking / (1 - load / servers * (1 - blocking))
    return waiting / (servers * service - arrival)


def run_queue(arrival: float, servers: int, jobs: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arrival times, waits and service times in seconds of a run of the whole engine with no overhead anywhere."""
    scenario = Scenario.model_validate({
        "name": "mmc",
        "seed": seed,
        "horizon": f"{round(jobs / arrival)}s",
        "workload": {"synthetic": {
            "pushes": {"rate": f"{arrival}/s"},
            "jobs": {"job": {
                "resources": {"cpu": "1cpu"}, "timeout": "52w", "duration": {"exponential": {"mean": "1s"}},
            }},
        }},
        "fleet": {"providers": {"p": {"pools": {"servers": {"nodes": servers, "capacity": {"cpu": "1cpu"}}}}}},
    })  # fmt: skip
    jobs_of = simulate(scenario, "drf+fifo+best-fit").jobs
    by_arrival = np.argsort(jobs_of.job)
    queued, started, finished = (
        column[by_arrival] for column in (jobs_of.queued_us, jobs_of.started_us, jobs_of.finished_us)
    )
    return queued, started - queued, finished - started


def first_come_first_served(queued: np.ndarray, ran: np.ndarray, servers: int) -> np.ndarray:
    """The waits of the textbook's queue on the same input: each job takes the server that is free first."""
    import heapq

    free = [0] * servers
    waits = []
    for at, service in zip(queued.tolist(), ran.tolist(), strict=True):
        start = max(at, free[0])
        waits.append(start - at)
        heapq.heapreplace(free, start + service)
    return np.array(waits)


def fast_server_waits(gaps: np.ndarray, services: np.ndarray) -> np.ndarray:
    """Waits of the same jobs before one server, by Lindley's recursion."""
    walk = np.concatenate([[0.0], np.cumsum(services[:-1] - gaps[1:])])
    return walk - np.minimum.accumulate(walk)


def poisson_excess(load: float, level: int) -> float:
    """E[(N − level)⁺] for N ~ Poisson(load)."""
    return sum(
        (k - level) * exp(-load + k * log(load) - lgamma(k + 1))
        for k in range(level + 1, int(load + 20 * load**0.5) + 20)
    )


def controls(queued_s: np.ndarray, ran_s: np.ndarray, arrival: float, servers: int) -> list[np.ndarray]:
    """Quantities of the same input whose true mean is known, minus that mean (external control variates).

    One server that is as fast as c together, or a little slower or faster (M/M/1, Pollaczek–Khinchine), and the jobs
    beyond a level in a system where nobody waits (M/M/∞, Poisson). Method: Law, Simulation Modeling and Analysis, 11.4.
    """
    gaps = np.diff(queued_s, prepend=0.0)
    found = []
    for speed in (0.97 * servers, servers, 1.08 * servers):
        load = arrival / speed
        found.append(fast_server_waits(gaps, ran_s / speed) - load / (1 - load) / speed)
    present = np.arange(len(queued_s)) - np.searchsorted(np.sort(queued_s + ran_s), queued_s, "left")
    for spread in (-1.0, 0.0, 1.0):
        level = max(1, round(servers + spread * servers**0.5 * 0.6))
        found.append(np.maximum(present - level, 0) - poisson_excess(arrival, level))
    return found


def batch_means(series: np.ndarray) -> np.ndarray:
    """Means of consecutive batches, after the first twentieth of the run."""
    kept = series[len(series) // 20 :]
    return kept[: len(kept) // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1)


def confidence_interval(waits: np.ndarray, known: list[np.ndarray]) -> tuple[float, float]:
    """Mean and 99 % half-width: batch means, regressed on the batch means of the controls."""
    y = batch_means(waits)
    x = np.column_stack([np.ones(BATCHES), *(batch_means(control) for control in known)])
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    noise = ((y - x @ beta) ** 2).sum() / (BATCHES - x.shape[1])
    return float(beta[0]), T_99 * float(np.sqrt(noise * np.linalg.inv(x.T @ x)[0, 0]))


@pytest.mark.parametrize(("arrival", "servers", "jobs"), [(1.6, 2, 100_000), (9.0, 10, 400_000), (45.0, 50, 3_200_000)])
def test_mean_wait_is_erlang_c(arrival: float, servers: int, jobs: int) -> None:
    queued, waits, ran = run_queue(arrival, servers, jobs, seed=20261124)
    np.testing.assert_array_equal(waits, first_come_first_served(queued, ran, servers), "every single wait, exactly")
    expected = erlang_c_wait(arrival, 1.0, servers)
    mean, half_width = confidence_interval(waits / 1e6, controls(queued / 1e6, ran / 1e6, arrival, servers))
    print(f"λ={arrival} c={servers}: {mean:.5f} ± {half_width:.5f} s, Erlang C {expected:.5f} s, {len(waits):,} jobs")
    assert half_width / mean <= 0.02, "narrow enough to mean something"
    assert abs(mean - expected) <= half_width


def test_the_formula_itself(data) -> None:
    import json

    for row in json.loads(data("queueing_theory/closed_forms.json").read_text())["M/M/c"]:
        assert erlang_c_wait(row["lambda_"], row["mu"], row["c"]) == pytest.approx(row["Wq"], rel=1e-9)

"""Textbook queues as scenarios of the whole engine, and confidence intervals of what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.fidelity.formulas import poisson_excess, pollaczek_khinchine
from scenarios.spec import Scenario
from sim.results import OUTCOMES
from sim.run import simulate

Series = NDArray[np.float64]

BATCHES = 80
T_99 = 2.67
"""Student's t, 99.5 % quantile, for 65 to 79 degrees of freedom, rounded up."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs in order of arrival, seconds: when they queued, waited, ran; whether they succeeded; and their label."""

    queued: Series
    waited: Series
    ran: Series
    served: NDArray[np.bool_]
    label: NDArray[np.int64]
    labels: tuple[str, ...]


def serve(
    servers: int, workload: Mapping[str, Any], horizon: str | None, seed: int, ordering: str = "fifo",
    estimates: str = "history", pools: Mapping[str, Any] | None = None,
) -> Queue:  # fmt: skip
    """Run a workload on so many servers of one CPU, with no overhead anywhere."""
    pools = pools or {"servers": {"nodes": servers, "capacity": {"cpu": "1cpu"}}}
    document: dict[str, Any] = {
        "name": "queue",
        "seed": seed,
        "workload": workload,
        "fleet": {"providers": {"p": {"pools": pools}}},
        "scheduling": {"allocator": "fifo", "ordering": ordering, "estimates": estimates},
        **({"horizon": horizon} if horizon else {}),
    }
    scenario = Scenario.model_validate(document)
    result = simulate(scenario, f"fifo+{ordering}+best-fit")
    jobs = result.jobs
    by_arrival = np.argsort(jobs.job)
    queued, started, finished, outcome, label = (
        column[by_arrival] for column in (jobs.queued_us, jobs.started_us, jobs.finished_us, jobs.outcome, jobs.label)
    )
    served = outcome == OUTCOMES.index("SUCCEEDED")
    return Queue(queued / 1e6, (started - queued) / 1e6, (finished - started) / 1e6, served, label, result.labels)


def poisson(arrival: float, jobs: Mapping[str, Any]) -> dict[str, Any]:
    """A workload of one pipeline after the other, `arrival` a second, each with the given classes of jobs."""
    classes = {name: {"resources": {"cpu": "1cpu"}, "timeout": "52w", **job} for name, job in jobs.items()}
    return {"synthetic": {"pushes": {"rate": f"{arrival}/s"}, "jobs": classes}}


def recorded(file: Path, jobs: Mapping[str, Any]) -> dict[str, Any]:
    """A workload of a CSV file with the columns at (s), took (s) and label."""
    default = {"resources": {"cpu": "1cpu"}, "timeout": "52w"}
    return {
        "trace": {
            "file": str(file), "format": "csv", "times": "epoch_s", "duration_unit": "s",
            "columns": {"queued": "at", "duration": "took", "label": "label"},
            "default": default,
            "jobs": {name: {**default, **job} for name, job in jobs.items()},
        }
    }  # fmt: skip


def first_come_first_served(queued: Series, ran: Series, servers: int) -> Series:
    """The waits of the textbook's queue on the same input: each job takes the server that is free first."""
    free = [0.0] * servers
    waits = []
    for at, service in zip(queued.tolist(), ran.tolist(), strict=True):
        start = max(at, free[0])
        waits.append(start - at)
        heapreplace(free, start + service)
    return np.array(waits)


def one_server_waits(queued: Series, services: Series) -> Series:
    """Waits of the same jobs before one server, by Lindley's recursion."""
    gaps = np.diff(queued, prepend=0.0)
    walk = np.concatenate([[0.0], np.cumsum(services[:-1] - gaps[1:])])
    return np.asarray(walk - np.minimum.accumulate(walk))


def one_server_controls(
    queued: Series, ran: Series, arrival: float, moments: tuple[float, float], speeds: Sequence[float]
) -> list[Series]:
    """Waits before one server of other speeds on the same input, minus their known means (M/G/1)."""
    mean, second = moments
    return [
        one_server_waits(queued, ran / speed) - pollaczek_khinchine(arrival, mean / speed, second / speed**2)
        for speed in speeds
    ] + [ran - mean]


def many_servers_controls(queued: Series, ran: Series, arrival: float, servers: int) -> list[Series]:
    """Quantities of the same input whose true mean is known, minus that mean, for exponential services of mean 1.

    One server that is as fast as c together, or a little slower or faster, and the jobs beyond a level in a system
    where nobody waits (M/M/∞, Poisson). Method: Law, Simulation Modeling and Analysis, 11.4.
    """
    found = []
    for speed in (0.97 * servers, servers, 1.08 * servers):
        if arrival < speed:
            load = arrival / speed
            found.append(one_server_waits(queued, ran / speed) - load / (1 - load) / speed)
    present = np.arange(len(queued)) - np.searchsorted(np.sort(queued + ran), queued, "left")
    for spread in (-1.0, 0.0, 1.0):
        level = max(1, round(servers + spread * servers**0.5 * 0.6))
        found.append(np.maximum(present - level, 0) - poisson_excess(arrival, level))
    return found


def batch_means(series: Series) -> Series:
    """Means of consecutive batches, after the first twentieth of the run."""
    kept = series[len(series) // 20 :]
    return np.asarray(kept[: len(kept) // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1))


def confidence_interval(series: Series, known: Sequence[Series]) -> tuple[float, float]:
    """Mean and 99 % half-width: batch means, regressed on the batch means of the controls."""
    y = batch_means(series)
    x = np.column_stack([np.ones(BATCHES), *(batch_means(control) for control in known)])
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    noise = ((y - x @ beta) ** 2).sum() / (BATCHES - x.shape[1])
    return float(beta[0]), T_99 * float(np.sqrt(noise * np.linalg.inv(x.T @ x)[0, 0]))

"""Waits of many small queues at once, by the recursions of Lindley and of Kiefer and Wolfowitz, with their answers."""

from math import log

import numpy as np
from numpy.typing import NDArray

Waits = NDArray[np.float64]


def waits(servers: int, load: float, jobs: int, queues: int, seed: int, leave_out: int = 0) -> Waits:
    """(queues, jobs) waits of independent M/M/c queues with service rate 1, each after `leave_out` jobs from empty."""
    rng = np.random.default_rng(seed)
    found = np.empty((jobs, queues))
    rows = np.arange(queues)
    backlog = np.zeros((queues, servers))  # work ahead of each server
    for job in range(-leave_out, jobs):
        shortest = backlog.argmin(axis=1) if servers > 1 else np.zeros(queues, np.int64)
        if job >= 0:
            found[job] = backlog[rows, shortest]
        backlog[rows, shortest] += rng.exponential(1.0, queues)
        backlog -= rng.exponential(1 / (load * servers), queues)[:, None]
        np.maximum(backlog, 0.0, out=backlog)
    return np.ascontiguousarray(found.T)


def erlang_c(servers: int, offered: float) -> float:
    """The chance that a job waits, from the recursion of Erlang B (Erlang, 1917)."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = offered * blocking / (k + offered * blocking)
    return blocking / (1 - offered / servers * (1 - blocking))


def true_mean(servers: int, load: float) -> float:
    return erlang_c(servers, load * servers) / (servers * (1 - load))


def true_quantile(servers: int, load: float, p: float) -> float:
    """Of P(wait > t) = C · exp(−(c − a) t)."""
    return max(0.0, log(erlang_c(servers, load * servers) / (1 - p)) / (servers * (1 - load)))

"""Closed forms of queueing theory and caching: what a simulated system must come to in the long run.

Sources by function; all but the caches are in Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 4th
edition, 2008. Rates are per second, times seconds.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray


def erlang_b(load: float, servers: int) -> float:
    """The share of calls lost by c servers without a queue (Erlang, 1917), by its recursion."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return blocking


def erlang_c(arrival: float, service: float, servers: int) -> float:
    """The share of jobs that wait in an M/M/c."""
    load = arrival / service
    blocking = erlang_b(load, servers)
    return blocking / (1 - load / servers * (1 - blocking))


def erlang_c_wait(arrival: float, service: float, servers: int) -> float:
    """The mean wait in queue of an M/M/c."""
    return erlang_c(arrival, service, servers) / (servers * service - arrival)


def pollaczek_khinchine(arrival: float, mean: float, second_moment: float) -> float:
    """The mean wait of an M/G/1, first come first served (Pollaczek, 1930; Khinchine, 1932)."""
    return arrival * second_moment / (2 * (1 - arrival * mean))


def full(arrival: float, service: float, servers: int, room: int) -> float:
    """The share of jobs that an M/M/c/K turns away."""
    weights = [1.0]
    for present in range(1, room + 1):
        weights.append(weights[-1] * arrival / (service * min(present, servers)))
    return weights[-1] / sum(weights)


def priority_waits(classes: list[tuple[float, float, float]]) -> list[float]:
    """Mean waits by class, highest first, of a non-preemptive M/G/1 (Cobham, 1954).

    `classes` are (arrival rate, mean service, its second moment).
    """
    residual = sum(arrival * second for arrival, _, second in classes) / 2
    waits, before = [], 0.0
    for arrival, mean, _ in classes:
        upto = before + arrival * mean
        waits.append(residual / ((1 - before) * (1 - upto)))
        before = upto
    return waits


def shortest_first_wait(arrival: float) -> float:
    """The mean wait of an M/M/1 of mean service 1, shortest job first, without preemption (Phipps, 1956).

    ∫ f(x) W₀ / (1 − ρ(x))² dx, where ρ(x) is the load of jobs up to x; the integral by Simpson's rule.
    """
    x = np.linspace(0.0, 60.0, 600_001)
    below = arrival * (1 - np.exp(-x) * (1 + x))
    values = np.exp(-x) * arrival / (1 - below) ** 2
    step = x[1] - x[0]
    return float(step / 3 * (values[0] + values[-1] + 4 * values[1:-1:2].sum() + 2 * values[2:-1:2].sum()))


def poisson_excess(load: float, level: int) -> float:
    """E[(N − level)⁺] for N ~ Poisson(load)."""
    term, total = exp(-load), 0.0
    for k in range(1, int(load + 20 * load**0.5) + 20):
        term *= load / k
        total += max(k - level, 0) * term
    return total


def che_hit_rate(popularity: NDArray[np.float64], capacity: int) -> float:
    """How often LRU hits under independent requests: Σ p (1 − e^(−p t)), where t solves Σ (1 − e^(−p t)) = C.

    Che, Tung and Wang, "Hierarchical web caching systems", IEEE JSAC 20(7), 2002.
    """
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 - np.exp(-popularity * middle)).sum() < capacity else (low, middle)
    return float((popularity * (1 - np.exp(-popularity * low))).sum())

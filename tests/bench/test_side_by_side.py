"""The same M/M/50, job by job, in Windtunnel, plain simpy, Ciw and salabim: jobs per second of each, in one go.

All get the same 200 000 arrivals and services, and must find the same mean wait. The others simulate a queue and
nothing else; Windtunnel runs its whole engine with digest, once with the four contexts that every run has and once
with all seven.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
import simpy

from scenarios.build import build_workload
from scenarios.spec import Scenario
from sim.run import simulate
from sim.streams import Streams
from tests.bench.test_simulation import EVERY_CONTEXT, MMC

SERVERS = 50
JOBS = 200_000
POLICY = "drf+fifo+best-fit"


def scenario(every_context: bool = False) -> Scenario:
    written = {**MMC, "horizon": f"{JOBS / 45 * 1.02:.0f}s"}
    if every_context:
        jobs = {"job": {**MMC["workload"]["synthetic"]["jobs"]["job"], "secrets": ["token"], "image": "tools"}}
        written["workload"] = {"synthetic": {**MMC["workload"]["synthetic"], "jobs": jobs}}
        written |= EVERY_CONTEXT
        written["artifacts"] = {**EVERY_CONTEXT["artifacts"], "image_bandwidth": "1000000GiB/s", "latency": "0s"}
    return Scenario.model_validate(written)


@cache
def draws() -> tuple[np.ndarray, np.ndarray]:
    """Arrivals and services in seconds, those of the scenario."""
    plan = scenario()
    pairs = [(one.at_us, one.durations_us[0]) for one in build_workload(plan, Streams(plan.seed, 0)).arrivals()]
    at_us, service_us = np.array(pairs[:JOBS]).T
    return at_us / 1e6, service_us / 1e6


def windtunnel(every_context: bool) -> float:
    jobs = simulate(scenario(every_context), POLICY).jobs
    first = jobs.job <= JOBS
    return float((jobs.started_us - jobs.queued_us)[first].mean() / 1e6)


def plain_simpy() -> float:
    arrivals, services = draws()
    environment = simpy.Environment()
    servers = simpy.Resource(environment, SERVERS)
    waited = 0.0

    def job(service: float) -> Iterator[simpy.Event]:
        nonlocal waited
        came = environment.now
        with servers.request() as place:
            yield place
            waited += environment.now - came
            yield environment.timeout(service)

    def source() -> Iterator[simpy.Event]:
        for after, service in zip(np.diff(arrivals, prepend=0).tolist(), services.tolist(), strict=True):
            yield environment.timeout(after)
            environment.process(job(service))

    environment.process(source())
    environment.run()
    return waited / len(services)


def ciw() -> float:
    module = pytest.importorskip("ciw")
    arrivals, services = draws()
    network = module.create_network(
        arrival_distributions=[module.dists.Sequential([*np.diff(arrivals, prepend=0).tolist(), float("inf")])],
        service_distributions=[module.dists.Sequential(services.tolist())],
        number_of_servers=[SERVERS],
    )
    simulation = module.Simulation(network)
    simulation.simulate_until_max_customers(len(services), method="Finish")
    return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))


def salabim() -> float:
    module = pytest.importorskip("salabim")
    arrivals, services = draws()
    module.yieldless(False)
    environment = module.Environment(trace=False)
    servers = module.Resource("servers", capacity=SERVERS)
    waited = 0.0

    class Job(module.Component):
        def setup(self, service: float) -> None:
            self.service = service

        def process(self) -> Iterator[object]:
            nonlocal waited
            came = self.env.now()
            yield self.request(servers)
            waited += self.env.now() - came
            yield self.hold(self.service)

    class Source(module.Component):
        def process(self) -> Iterator[object]:
            for after, service in zip(np.diff(arrivals, prepend=0).tolist(), services.tolist(), strict=True):
                yield self.hold(after)
                Job(service=service)

    Source()
    environment.run()
    return waited / len(services)


def recursion() -> float:
    """The mean wait without any simulator: each job takes the server that is free first (Kiefer and Wolfowitz 1955)."""
    from heapq import heapify, heapreplace

    free = [0.0] * SERVERS
    heapify(free)
    waited = 0.0
    for at, service in zip(*(column.tolist() for column in draws()), strict=True):
        begins = max(at, free[0])
        heapreplace(free, begins + service)
        waited += begins - at
    return waited / len(draws()[0])


SIMULATORS: dict[str, Callable[[], float]] = {
    "simpy": plain_simpy,
    "ciw": ciw,
    "salabim": salabim,
    "windtunnel, four contexts": lambda: windtunnel(False),
    "windtunnel, seven contexts": lambda: windtunnel(True),
}


@pytest.mark.parametrize("name", SIMULATORS)
def test_the_same_queue(benchmark, name) -> None:
    expected = recursion()
    found = benchmark.pedantic(SIMULATORS[name], rounds=1 if name == "salabim" else 3)  # which takes minutes
    assert found == pytest.approx(expected, rel=1e-6), "not the same queue"
    benchmark.extra_info["jobs_per_s"] = round(len(draws()[0]) / benchmark.stats.stats.min)
    print(f"\n{name}: {benchmark.extra_info['jobs_per_s']:,} jobs/s, mean wait {found * 1000:.4f} ms")

"""An M/M/c with given draws in plain simpy, Ciw or salabim: `NAME DRAWS.npz SERVERS` prints seconds and the mean wait.

Run by test_side_by_side.py with the environment that has them, `build/others`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from time import process_time

import numpy as np


def plain_simpy(gaps: list[float], services: list[float], servers: int) -> float:
    import simpy

    environment = simpy.Environment()
    resource = simpy.Resource(environment, servers)
    waited = 0.0

    def job(service: float) -> Iterator[simpy.Event]:
        nonlocal waited
        came = environment.now
        with resource.request() as place:
            yield place
            waited += environment.now - came
            yield environment.timeout(service)

    def source() -> Iterator[simpy.Event]:
        for gap, service in zip(gaps, services, strict=True):
            yield environment.timeout(gap)
            environment.process(job(service))

    environment.process(source())
    environment.run()
    return waited / len(services)


def ciw(gaps: list[float], services: list[float], servers: int) -> float:
    import ciw as module

    network = module.create_network(
        arrival_distributions=[module.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[module.dists.Sequential(services)],
        number_of_servers=[servers],
    )
    simulation = module.Simulation(network)
    simulation.simulate_until_max_customers(len(services), method="Finish")
    return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))


def salabim(gaps: list[float], services: list[float], servers: int) -> float:
    import salabim as module

    module.yieldless(False)
    environment = module.Environment(trace=False)
    resource = module.Resource("servers", capacity=servers)
    waited = 0.0

    class Job(module.Component):
        def setup(self, service: float) -> None:
            self.service = service

        def process(self) -> Iterator[object]:
            nonlocal waited
            came = self.env.now()
            yield self.request(resource)
            waited += self.env.now() - came
            yield self.hold(self.service)

    class Source(module.Component):
        def process(self) -> Iterator[object]:
            for gap, service in zip(gaps, services, strict=True):
                yield self.hold(gap)
                Job(service=service)

    Source()
    environment.run()
    return waited / len(services)


SIMULATORS: dict[str, Callable[[list[float], list[float], int], float]] = {
    "simpy": plain_simpy, "ciw": ciw, "salabim": salabim,
}  # fmt: skip

if __name__ == "__main__":
    name, file, servers = sys.argv[1:]
    with np.load(file) as drawn:
        draws = np.diff(drawn["arrivals"], prepend=0).tolist(), drawn["services"].tolist()
    began = process_time()
    mean = SIMULATORS[name](*draws, int(servers))
    print(json.dumps({"seconds": process_time() - began, "mean_wait_s": mean}))

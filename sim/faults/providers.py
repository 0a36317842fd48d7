"""Providers that do not answer, or announce that they are out of service."""

from domain.shared.refusals import Refused
from domain.workers.machines import Machines
from scenarios.spec_workers import Faults, Outage
from sim.engine import Engine
from sim.faults.draws import coins, upto
from sim.streams import Streams


class SimulatedProviders:
    """The interfaces of all providers, adapter of the ports Lifecycle and Health: they answer unless a fault says no.

    `calls` counts orders per provider, `errors` those that failed.
    """

    def __init__(self, machines: Machines, faults: Faults, streams: Streams) -> None:
        self.calls = dict.fromkeys(machines.providers, 0)
        self.errors = dict.fromkeys(machines.providers, 0)
        self._provider_of = {name: pool.provider for name, pool in machines.pools.items()}
        self._out = dict.fromkeys(machines.providers, 0)  # outages that last
        self._fails = {
            name: coins(faults.api_errors, streams(name, "api-error")) if faults.api_errors else None
            for name in machines.providers
        }

    def start(self, now: int, pool: str) -> Refused | None:
        provider = self._provider_of[pool]
        self.calls[provider] += 1
        fails = self._fails[provider]
        failed = fails is not None and fails()
        if failed or not self.answers(now, provider):
            self.errors[provider] += 1
            return Refused("api-error", f"{provider} does not answer")
        return None

    def stop(self, now: int, pool: str) -> None:
        """Giving back always works: it is tried again until it does, and nobody waits for it."""

    def answers(self, now: int, provider: str) -> bool:
        return not self._out[provider]

    def out(self, provider: str, change: int) -> None:
        """One outage more, or less."""
        self._out[provider] += change


def fail_providers(engine: Engine, machines: Machines, faults: Faults, streams: Streams) -> SimulatedProviders:
    """Put the simulated interfaces in place and set the timers of all outages."""
    world = SimulatedProviders(machines, faults, streams)
    machines.lifecycle = world
    machines.jitter = upto(1000, streams("endpoints", "retry-jitter"))

    def begins(outage: Outage) -> None:
        if outage.kind == "outage":
            world.out(outage.provider, 1)
        else:
            move = "maintain" if outage.kind == "maintenance" else "disable"
            machines.change_provider(engine.now, outage.provider, move, outage.kind)
        if outage.lasts is not None:
            engine.after(outage.lasts, ends, outage)

    def ends(outage: Outage) -> None:
        if outage.kind == "outage":
            world.out(outage.provider, -1)
        elif machines.providers[outage.provider].state == "MAINTENANCE":
            machines.change_provider(engine.now, outage.provider, "recover", "maintenance-over")

    for outage in faults.outages:
        engine.after(outage.at, begins, outage)
    return world

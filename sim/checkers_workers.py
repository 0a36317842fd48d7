"""The checker of machines and workers: limits are kept, all of them end, none is used or billed after its end."""

from collections.abc import Iterable, Mapping

from domain.contracts.workers import (
    CircuitChanged,
    MachineFailed,
    MachineOrdered,
    MachineReady,
    MachineRecovered,
    MachineReturned,
    WorkerAcquired,
    WorkerBooted,
    WorkerDraining,
    WorkerFailed,
    WorkerReady,
    WorkerReleased,
    WorkerRequested,
    WorkerTerminated,
)
from domain.shared.events import Translation
from sim.checkers import demand

Worker = WorkerBooted | WorkerReady | WorkerReleased | WorkerDraining | WorkerFailed


class MachinesKeepTheirLimits:
    """Keeps its own books from events: never above a maximum or quota, ended once, never used or billed afterwards."""

    def __init__(self, most: Mapping[str, int | None], quotas: Mapping[str, int | None]) -> None:
        """`most` is what each pool may have, `quotas` what each provider gives; None: no limit."""
        self._most = most
        self._provider: dict[str, str] = {}
        self._quotas = quotas
        self._live: dict[int, str] = {}  # node → pool
        self._ended: set[int] = set()
        self._ready: set[int] = set()
        self._by_pool = dict.fromkeys(most, 0)
        self._by_provider = dict.fromkeys(quotas, 0)
        self._workers: dict[int, int] = {}  # worker → node
        self._on: dict[int, set[int]] = {}  # node → workers
        self._open_until: dict[str, int] = {}  # provider whose circuit is open

    def subscriptions(self) -> Translation:
        lives = (WorkerBooted, WorkerReady, WorkerReleased, WorkerDraining, WorkerFailed)
        return {
            MachineOrdered: self._ordered,
            MachineReady: self._came,
            MachineRecovered: self._recovered,
            MachineFailed: self._lives,
            MachineReturned: self._returned,
            CircuitChanged: self._circuit,
            WorkerRequested: self._requested,
            WorkerAcquired: self._acquired,
            **dict.fromkeys(lives, self._worker_lives),
            WorkerTerminated: self._terminated,
        }

    def at_end(self) -> Iterable[str]:
        if self._workers:
            yield f"{len(self._workers)} workers never ended"

    def _ordered(self, event: MachineOrdered) -> None:
        demand(event.node not in self._live and event.node not in self._ended, event, "a machine is ordered once")
        demand(event.provider not in self._open_until, event, "nothing is ordered while the circuit is open")
        self._live[event.node] = event.pool
        self._provider[event.pool] = event.provider
        self._on[event.node] = set()
        self._by_pool[event.pool] += 1
        self._by_provider[event.provider] += 1
        most, quota = self._most[event.pool], self._quotas[event.provider]
        demand(most is None or self._by_pool[event.pool] <= most, event, f"a pool never has more than {most}")
        demand(
            quota is None or self._by_provider[event.provider] <= quota,
            event,
            f"a provider never gives more than {quota}",
        )

    def _came(self, event: MachineReady) -> None:
        demand(event.node in self._live and event.node not in self._ready, event, "a machine that is there comes once")
        self._ready.add(event.node)

    def _recovered(self, event: MachineRecovered) -> None:
        demand(event.node in self._ready, event, "only a machine that had come comes back")

    def _lives(self, event: MachineFailed) -> None:
        demand(event.node in self._live, event, "only a machine that is there fails")

    def _returned(self, event: MachineReturned) -> None:
        demand(event.node in self._live, event, "a machine is given back, and billed, until once")
        demand(not self._on.pop(event.node), event, "no worker outlives its machine")
        pool = self._live.pop(event.node)
        self._ended.add(event.node)
        self._ready.discard(event.node)
        self._by_pool[pool] -= 1
        self._by_provider[self._provider[pool]] -= 1

    def _circuit(self, event: CircuitChanged) -> None:
        if event.state == "OPEN":
            self._open_until[event.provider] = event.retry_at_us
        else:
            until = self._open_until.pop(event.provider, 0)
            demand(event.at_us >= until, event, f"an open circuit is left alone until {until}")

    def _requested(self, event: WorkerRequested) -> None:
        demand(event.node in self._ready, event, "a worker is requested on a machine that has come")
        self._workers[event.worker] = event.node
        self._on[event.node].add(event.worker)

    def _acquired(self, event: WorkerAcquired) -> None:
        demand(self._workers.get(event.worker) == event.node, event, "only live workers take jobs, where they are")

    def _worker_lives(self, event: Worker) -> None:
        demand(event.worker in self._workers, event, "what has ended says nothing more")

    def _terminated(self, event: WorkerTerminated) -> None:
        node = self._workers.pop(event.worker, None)
        demand(node is not None, event, "a worker ends once")
        assert node is not None
        self._on[node].discard(event.worker)

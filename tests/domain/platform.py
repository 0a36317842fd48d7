"""All contexts wired through their translations, with no time of its own: what would take time waits to be told."""

from domain.acl import (
    execution_to_orchestration,
    execution_to_scheduling,
    execution_to_workers,
    orchestration_to_execution,
    orchestration_to_scheduling,
    scheduling_to_execution,
    scheduling_to_orchestration,
    scheduling_to_workers,
    workers_to_execution,
    workers_to_scheduling,
)
from domain.contracts.execution import ExecutionEnded, ExecutionStarted
from domain.contracts.orchestration import JobQueued, JobRetried
from domain.contracts.scheduling import AssignmentRevoked, JobPlaced
from domain.contracts.workers import MachineOrdered, WorkerBooted
from domain.execution.executor import Executor
from domain.orchestration.orchestrator import Orchestrator
from domain.scheduling.estimates import History
from domain.scheduling.policies import best_fit, drf, sjf
from domain.scheduling.scheduler import Scheduler, SchedulingPolicy
from domain.shared.resources import Resources
from domain.workers.machines import Machines
from domain.workers.providers import PoolSpec, Provider
from domain.workers.workforce import Workforce
from sim.bus import Bus
from sim.checkers import ConservationOfCapacity, EverythingEndsOnce

CPU = Resources(1000, 1024)
"""What most jobs ask for: one CPU and one GiB."""


def of(kind, events) -> list:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def pool(name="p/a", **changes) -> PoolSpec:
    """Machines of two CPUs."""
    spec = {
        "name": name, "provider": "p", "capacity": CPU * 2, "labels": ("linux",), "min_machines": 0,
        "max_machines": None, "machine_idle_us": 10, "reusable_workers": False, "worker_idle_us": 5,
    }  # fmt: skip
    return PoolSpec(**spec | changes)


class Platform:
    """`waits` are calls that the world will make some day, in any order: (what, method, its arguments after now).

    `told` are (method, arguments) of news that has been told, and may be told again.
    """

    def __init__(self, pools, quota=None) -> None:
        self.events: list = []
        self.waits: list[tuple] = []
        self.told: list[tuple] = []
        bus, history = Bus(), History()
        self.bus = bus
        self.machines = Machines(pools, [Provider(1, "p", quota)], bus.publish)
        self.workforce = Workforce(self.machines.pools, bus.publish)
        self.executor = Executor(bus.publish)
        self.orchestrator = Orchestrator(bus.publish)
        policy = SchedulingPolicy(drf, sjf, best_fit, 1_000_000)
        self.scheduler = Scheduler(policy, [("a", 1), ("b", 2)], bus.publish, lambda: None)
        self.checkers = (ConservationOfCapacity(), EverythingEndsOnce())
        for translation in (  # in the order of sim/wiring.py
            *(checker.subscriptions() for checker in self.checkers),
            workers_to_scheduling.translate(self.scheduler),
            orchestration_to_execution.translate(self.executor),
            orchestration_to_scheduling.translate(self.scheduler, lambda job, label: history.expect(label)),
            workers_to_execution.translate(self.executor, lambda job: 100),
            execution_to_orchestration.translate(self.orchestrator),
            execution_to_workers.translate(self.workforce),
            execution_to_scheduling.translate(self.scheduler, history),
            scheduling_to_orchestration.placements(self.orchestrator),
            scheduling_to_workers.translate(self.machines, self.workforce),
            scheduling_to_execution.translate(self.executor),
            scheduling_to_orchestration.losses(self.orchestrator),
            self._what_takes_time(),
            self._what_was_told(),
        ):
            bus.subscribe(translation)
        bus.listen(lambda events, causes: self.events.extend(events))

    def _what_takes_time(self):
        def wait(what, method, *args) -> None:
            self.waits.append((what, method, args))

        def boot(now, node) -> None:
            if node in self.machines.live:
                self.machines.booted(now, node)

        def queued(event) -> None:
            if event.expires_at_us:
                wait("expire", self.orchestrator.expire, event.job, event.attempt)

        def started(event) -> None:
            self.executor.run(event.at_us, event.execution)
            wait("finish", self.executor.finish, event.execution)

        return {
            MachineOrdered: lambda event: wait("boot", boot, event.node),
            WorkerBooted: lambda event: wait("ready", self.workforce.ready, event.worker),
            ExecutionStarted: started,
            JobRetried: lambda event: wait("retry", self.orchestrator.retry, event.job, event.attempt),
            JobQueued: queued,
        }

    def _what_was_told(self):
        orchestrator, executor, workforce = self.orchestrator, self.executor, self.workforce

        def placed(event) -> None:
            self.told.append((orchestrator.placed, (event.job, event.attempt, event.assignment)))

        def started(event) -> None:
            self.told.append((orchestrator.started, (event.job, event.attempt)))

        def ended(event) -> None:
            self.told.append((orchestrator.attempt_ended, (event.job, event.attempt, event.state, event.cause)))
            self.told.append((workforce.job_done, (event.worker, event.assignment)))
            self.told.append((self.scheduler.release, (event.assignment,)))

        def revoked(event) -> None:
            self.told.append((orchestrator.displaced, (event.job, event.assignment)))
            self.told.append((executor.lose, (event.job, event.assignment)))
            self.told.append((workforce.job_displaced, (event.assignment, event.reason)))

        return {JobPlaced: placed, ExecutionStarted: started, ExecutionEnded: ended, AssignmentRevoked: revoked}

    def round(self, now) -> None:
        self.scheduler.run_round(now)
        self.machines.follow(now, scheduling_to_workers.unmet_demand(self.scheduler))

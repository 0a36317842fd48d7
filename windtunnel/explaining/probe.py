"""Looks on while a run goes: hears what happens to some jobs, and why they wait whenever time moves on."""

from collections.abc import Mapping
from typing import Any

from domain.contracts.orchestration import (
    JobEnded,
    JobHeld,
    JobQueued,
    JobRetried,
    JobStarted,
    PipelineHeld,
    PipelineStarted,
)
from domain.contracts.scheduling import (
    AssignmentRejected,
    AssignmentReleased,
    AssignmentRevoked,
    JobBackfilled,
    JobPlaced,
    OfferClaimed,
    PartPlaced,
)
from domain.contracts.workers import MachineOrdered, MachineReady
from domain.scheduling.demand import WAITING, Demand
from domain.shared.events import Translation
from domain.shared.ids import JobId
from domain.shared.resources import Resources
from sim.contexts.parts import Joined, Parts
from sim.wiring import Cluster
from windtunnel.explaining.before import as_before
from windtunnel.explaining.causes import cause_of, passed_by
from windtunnel.explaining.figures import Decision, Look
from windtunnel.explaining.follow import follow
from windtunnel.explaining.lives import Life
from windtunnel.explaining.requirements import words_of
from windtunnel.explaining.scores import judged, looked_at
from windtunnel.explaining.turns import seat_of, tenants_of


class Probe:
    """`lives` by job. Subscribes as an observer, so it sees each event before its consequences."""

    def __init__(self, lives: Mapping[int, Life], placement: str) -> None:
        self.lives = lives
        self._placement = placement
        self._unfinished = dict.fromkeys(lives)
        self._waiting: dict[int, Life] = {}
        self._of_pipeline: dict[int, list[Life]] = {}
        for life in lives.values():
            self._of_pipeline.setdefault(life.pipeline, []).append(life)
        self._machines: dict[int, list[int]] = {}  # node → [ordered, ready]
        self._backfilled: dict[int, int] = {}  # job → whom it went ahead of
        self._given: dict[int, dict[int, Resources]] = {}  # job → row → what it gets in this moment
        self._running: list[int] = []  # per tenant
        self._tenant_of: dict[int, int] = {}  # assignment → tenant
        self._last = self._last_before = 0
        self._scheduler: Any = None

    # --- how it takes part ---------------------------------------------------------------------------------------

    def join(self, parts: Parts, check: bool) -> Joined:
        self._scheduler, self._loop, self._orchestrator = parts.scheduler, parts.offer_loop, parts.orchestrator
        self._running = [0] * len(parts.scenario.tenants)
        return Joined(observes=(self._subscriptions(),))

    def follow(self, cluster: Cluster, horizon_us: int) -> None:
        follow(cluster, horizon_us, lambda: bool(self._unfinished), self._moment_over)

    def _subscriptions(self) -> Translation:
        return {
            PipelineStarted: self._pipeline_started,
            PipelineHeld: self._pipeline_held,
            JobHeld: self._held,
            JobQueued: self._queued,
            OfferClaimed: self._claimed,
            AssignmentRejected: self._rejected,
            JobBackfilled: self._went_ahead,
            JobPlaced: self._placed,
            PartPlaced: self._given_to,
            AssignmentReleased: self._left,
            AssignmentRevoked: self._left,
            JobStarted: self._started,
            JobRetried: self._retried,
            JobEnded: self._ended,
            MachineOrdered: self._ordered,
            MachineReady: self._ready,
        }

    # --- orchestration -------------------------------------------------------------------------------------------

    def _pipeline_held(self, event: PipelineHeld) -> None:
        for life in self._of_pipeline.get(event.pipeline, ()):
            life.turn(event.at_us, "held")

    def _pipeline_started(self, event: PipelineStarted) -> None:
        for life in self._of_pipeline.get(event.pipeline, ()):
            life.turn(event.at_us, "needs")

    def _held(self, event: JobHeld) -> None:
        if life := self.lives.get(event.job):
            life.turn(event.at_us, event.gate)

    def _queued(self, event: JobQueued) -> None:
        life = self.lives.get(event.job)
        if life is None:
            return
        job = self._orchestrator.jobs.get(event.job)
        life.name = job.spec.name if job is not None else ""
        life.attempt = event.attempt
        life.resources = dict(zip(event.resources.__struct_fields__, event.resources.as_tuple(), strict=True))
        life.runs_on, life.requires = event.runs_on, words_of(event.requirements)
        life.queue(event.at_us)
        life.turn(event.at_us, "no-capacity")
        self._waiting[event.job] = life

    def _started(self, event: JobStarted) -> None:
        if life := self.lives.get(event.job):
            life.started_us = event.at_us
            life.turn(event.at_us, "running")

    def _retried(self, event: JobRetried) -> None:
        if life := self.lives.get(event.job):
            life.lost()
            life.turn(event.at_us, "backoff")

    def _ended(self, event: JobEnded) -> None:
        for life in self._of_pipeline.get(event.pipeline, ()):
            if life.now == "needs":
                self._note_need(life, event)
        life_of = self.lives.get(event.job)
        if life_of is None:
            return
        life_of.close(event.at_us)
        life_of.finished_us, life_of.state, life_of.end_cause = event.at_us, event.state, event.cause
        self._waiting.pop(event.job, None)
        self._unfinished.pop(event.job, None)

    def _note_need(self, life: Life, event: JobEnded) -> None:
        """The last of the jobs that it needs to end is the one that it waited for."""
        job = self._orchestrator.jobs.get(JobId(life.job))
        if job is None or event.job not in job.pipeline.ids:
            return
        ended = job.pipeline.spec.jobs[job.pipeline.ids.index(event.job)].name
        if ended in job.spec.needs:
            life.waited_for = (ended, str(int(event.job)))

    # --- scheduling ----------------------------------------------------------------------------------------------

    def _claimed(self, event: OfferClaimed) -> None:
        rows = self._scheduler.row_choice
        if rows is not None:
            self._last_before, self._last = self._last, rows._last
        life = self.lives.get(event.job)
        demand = self._scheduler._demands.get(event.job)
        if life is None or demand is None:
            return
        life.turn(event.at_us, "deciding")
        if life.decisions and (life.decisions[-1].at_us, life.decisions[-1].attempt) == (event.at_us, life.attempt):
            return  # a further part of a gang
        offer = self._scheduler.offers.get(event.offer)
        shared = getattr(self._scheduler, "node_offers", {}).get(event.offer)
        if (offer or shared) is not None:
            life.decisions.append(self._decision(event.at_us, life, demand, offer or shared, shared is not None))

    def _decision(self, now: int, life: Life, demand: Demand, offer: Any, part: bool) -> Decision:
        scheduler, node = self._scheduler, offer.node
        taken = scheduler.shapes[demand.shape].resources if part else offer.resources
        with as_before(scheduler, node.row, demand):
            rejections, found = judged(scheduler, now, demand, (node.row, taken), self._last_before)
        place = next((at for at, one in enumerate(found) if one.row == node.row), -1)
        others = [one for one in found if one.row != node.row]
        note = self._note(demand, place) if place else ""
        tenants = tenants_of(scheduler, self._running, demand.tenant, taken)
        return Decision(
            now, life.attempt, int(node.id), node.pool, self._placement, sum(rejections.values()) + len(found),
            len(found), rejections, found[place] if place >= 0 else None, others[0] if others else None,
            max(place, 0), note, tenants,
        )  # fmt: skip

    def _note(self, demand: Demand, place: int) -> str:
        """Why the winner is not the node with the lowest score."""
        scheduler, rows = self._scheduler, self._scheduler.row_choice
        if place < 0:
            return "the node that it got would not be found by the rules as they stand now"
        if rows is not None and rows.sampling is not None:
            return "only a sample of the nodes with room was looked at, which is not kept"
        if demand.job in self._backfilled or hasattr(scheduler, "backfill"):
            return "better nodes were reserved for a job that waits (backfilling)"
        if hasattr(scheduler, "_served"):
            return "this node had been emptied for it"
        return "the nodes ahead differ in what has changed in this very moment"

    def _rejected(self, event: AssignmentRejected) -> None:
        if life := self._waiting.get(event.job):
            life.turn(event.at_us, life.blame or "no-capacity")

    def _went_ahead(self, event: JobBackfilled) -> None:
        if self._waiting or event.job in self.lives:
            self._backfilled[event.job] = event.ahead_of

    def _placed(self, event: JobPlaced) -> None:
        assignment = self._scheduler.assignments.get(event.assignment)
        if assignment is not None:
            self._running[assignment.demand.tenant] += 1
            self._tenant_of[event.assignment] = assignment.demand.tenant
        life = self._waiting.pop(event.job, None)
        if life is not None:
            machine = self._machines.get(event.node)
            if machine is not None and machine[1] >= 0:
                life.booting(*machine)
            life.turn(event.at_us, "worker-start")
        if assignment is not None:
            self._given_to(event)
            self._passed(event, assignment.demand)

    def _given_to(self, event: JobPlaced | PartPlaced) -> None:
        """All that a job gets in a moment is looked at together: its parts come before its own place."""
        if self._waiting and (node := self._scheduler.nodes.get(event.node)) is not None:
            given = self._given.setdefault(event.job, {})
            given[node.row] = given.get(node.row, Resources()) + event.resources

    def _passed(self, event: JobPlaced, winner: Demand) -> None:
        """Whether the room would have done for those who wait still."""
        given = self._given.pop(event.job, {})
        for job, life in self._waiting.items():
            demand = self._scheduler._demands.get(job)
            if demand is None or demand.stage != WAITING or not given:
                continue
            cause = passed_by(self._scheduler, demand, winner, given, event.job in self._backfilled)
            if cause:
                life.pass_by(event.at_us, cause, self._scheduler.names[winner.tenant], event.job)

    def _left(self, event: AssignmentReleased | AssignmentRevoked) -> None:
        tenant = self._tenant_of.pop(event.assignment, None)
        if tenant is not None:
            self._running[tenant] -= 1

    # --- machines ------------------------------------------------------------------------------------------------

    def _ordered(self, event: MachineOrdered) -> None:
        if event.at_us:
            self._machines[event.node] = [event.at_us, -1]

    def _ready(self, event: MachineReady) -> None:
        machine = self._machines.get(event.node)
        if machine is not None and machine[1] < 0:
            machine[1] = event.at_us

    # --- when time moves on --------------------------------------------------------------------------------------

    def _moment_over(self, now: int) -> None:
        self._backfilled.clear()
        self._given.clear()
        causes: dict[tuple[Any, ...], str] = {}  # alike jobs have one cause
        for job, life in self._waiting.items():
            demand = self._scheduler._demands.get(job)
            key = (demand and (demand.tenant, demand.shape, demand.stage), life.blame)
            cause = causes.get(key)
            if cause is None:
                cause = causes[key] = cause_of(self._scheduler, self._loop, demand, life.blame)
            life.turn(now, cause)
            due = sum(moment <= now for moment in life.looks_at)
            if demand is not None and (due or not life.looked):
                when = "waiting" if life.looked else "queued"
                life.looked, life.looks_at = True, life.looks_at[due:]
                life.looks.append(self._look(now, life, demand, when))

    def _look(self, now: int, life: Life, demand: Demand, when: str) -> Look:
        scheduler = self._scheduler
        rejections: dict[str, int] = {}
        takes = 0
        for *_, why in looked_at(scheduler, demand):
            if why:
                rejections[why] = rejections.get(why, 0) + 1
            else:
                takes += 1
        waiting = sum(one.stage == WAITING for one in scheduler._demands.values())
        held = seat_of(scheduler, demand.tenant).queue.held.get((demand.tenant, demand.shape), "")
        if held.startswith("quota"):
            rejections[held], takes = rejections.get(held, 0) + takes, 0
        return Look(
            now, when, life.now, sum(rejections.values()) + takes, takes, rejections, waiting,
            tenants_of(scheduler, self._running, demand.tenant),
        )  # fmt: skip

"""The offer loop with backfilling: a job that does not fit is waited for, and others go ahead where they may."""

from collections.abc import Iterator
from typing import Any

from domain.contracts.scheduling import JobBackfilled, PlaceReserved
from domain.scheduling.backfill import (
    CONSERVATIVE,
    NEVER,
    STICKY,
    Amounts,
    Backfill,
    Profile,
    Reservation,
    earliest,
    fits,
    minus,
)
from domain.scheduling.constraints import hosts
from domain.scheduling.demand import WAITING, Demand
from domain.scheduling.ledger import READY
from domain.scheduling.offers import Assignment, Offer
from domain.scheduling.ranking import ABSENT
from domain.scheduling.scheduler import Scheduler
from domain.shared.ids import JobId
from domain.shared.refusals import Refused

UNASKED = -9
Choice = tuple[Demand, int]
"""Who starts now, and on which row."""


class BackfillingScheduler(Scheduler):
    """A round starts whose turn it is while they fit, then who may go ahead of the first that does not.

    No shape is ever parked: a job that does not fit keeps others waiting, so rounds look at all that waits. For fleets
    of a fixed size, without quotas, refusals or rules about neighbours (the loader says so).
    """

    def __init__(self, backfill: Backfill, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.backfill = backfill
        self.work["backfilled"] = self.work["reservations"] = 0
        self._ends: dict[int, dict[int, tuple[int, Amounts]]] = {}  # row → assignment → (estimated end, amounts)
        self._head: Demand | None = None  # the job that is waited for
        self._reserved: Reservation | None = None
        self._promised: dict[JobId, tuple[int, int]] = {}  # job → (row, start) as last published
        self._choices: Iterator[Choice] | None = None  # of this round, once somebody did not fit
        self._mute = False

    # --- what calls for a round ------------------------------------------------------------------------------------

    def submit(self, now: int, job: JobId, *args: Any, **named: Any) -> None:
        if not self.backfill.only_if_fits:
            return super().submit(now, job, *args, **named)
        told, self._on_runnable = self._on_runnable, lambda: None
        try:
            super().submit(now, job, *args, **named)
        finally:
            self._on_runnable = told
        if self._choice.best(self._demands[job].shape) != ABSENT:
            told()
        return None

    def withdraw(self, now: int, job: JobId) -> None:
        super().withdraw(now, job)
        self._promised.pop(job, None)
        self._on_runnable()

    def _gained(self, row: int, more: bool = True) -> None:
        super()._gained(row, more)
        self._on_runnable()

    def revive(self, now: int) -> None:
        super().revive(now)
        self._on_runnable()

    # --- the loop --------------------------------------------------------------------------------------------------

    def run_round(self, now: int) -> None:
        self._choices = None
        super().run_round(now)
        self._choices = None

    def open_offer(self, now: int) -> Offer | None:
        if self._moving is not None:
            for other in self._moving.at(now):
                self._turns.refresh(other)
        while True:
            choice = self._first_fitting(now) if self._choices is None else next(self._choices, None)
            if choice is None:
                return None
            demand, row = choice
            if self._choices is not None and demand is not self._head:
                self.work["backfilled"] += 1
                if self._head is not None:
                    self._publish(JobBackfilled(now, demand.job, demand.attempt, self._head.job))
            self.queue.pull(demand)
            self._turns.refresh(demand.tenant)
            if (offer := self._open(now, demand, row)) is not None:
                return offer

    def commit(self, now: int, offer: Offer) -> Assignment | Refused:
        made = super().commit(now, offer)
        if isinstance(made, Assignment):
            demand = made.demand
            self._ends.setdefault(made.node.row, {})[made.id] = (self._end_of(now, demand), made.resources.as_tuple())
            self._promised.pop(demand.job, None)
        return made

    def _end_assignment(self, now: int, assignment: Assignment) -> None:
        self._ends[assignment.node.row].pop(assignment.id, None)
        super()._end_assignment(now, assignment)

    # --- who starts ------------------------------------------------------------------------------------------------

    def _first_fitting(self, now: int) -> Choice | None:
        """Whose turn it is, if he fits; otherwise the first who may go ahead."""
        if self.backfill.kind == CONSERVATIVE:
            self._choices = iter(self._plan(now))
            return next(self._choices, None)
        kept = self._head if self.backfill.keep_head else None
        if kept is not None and kept.stage == WAITING:
            head = kept
        else:
            tenant = self._turns.first()
            if tenant < 0:
                return None
            head = self.queue.heads[tenant][2]  # type: ignore[index]  # whose turn it is has a head
        row = self._row_for(now, head)
        if row >= 0:
            self._head = self._reserved = None
            return head, row
        if head is not self._head:
            self._head, self._reserved = head, None
        self._choices = iter(()) if self.backfill.kind == STICKY else self._ahead(now, head)
        return next(self._choices, None)

    def _ahead(self, now: int, head: Demand) -> Iterator[Choice]:
        """Who may start before the job that does not fit; asked on only after the one before has started."""
        options = self.backfill
        reserved = self._reserved
        if reserved is None or not options.keep_reservation:
            reserved = self._reserved = self._reserve(now, head)
        found: dict[tuple[int, int], int] = {}  # (tenant, shape) → the row for it, until somebody starts
        for demand in self._others(head):
            shape, key = demand.shape, (demand.tenant, demand.shape)
            row = found.get(key, UNASKED)
            if row == UNASKED:
                row = found[key] = self._row_for(now, demand)
            if row < 0:
                continue
            ask, ends = self.shapes[shape].resources.as_tuple(), self._end_of(now, demand)
            if not reserved.allows(row, ask, ends, options.strict):
                row = self._elsewhere(demand.shape, reserved.row)
                if row == ABSENT:
                    continue
            reserved.let_in(row, ask, ends, options.strict)
            yield demand, row
            found.clear()

    def _others(self, head: Demand) -> list[Demand]:
        if self.backfill.by_arrival:
            waiting = [demand for demand in self._demands.values() if demand.stage == WAITING]
        else:
            waiting = self.queue.in_order()
        return [demand for demand in waiting if demand is not head]

    def _elsewhere(self, shape: int, not_on: int) -> int:
        scored = ((self._choice.score(shape, row), row) for row in self._node_in if row != not_on)
        return min((pair for pair in scored if pair[0] != ABSENT), default=(ABSENT, ABSENT))[1]

    def _reserve(self, now: int, head: Demand) -> Reservation:
        """The earliest place for a job by estimates, the lowest row where several are."""
        one = self.shapes[head.shape]
        ask, best = one.resources.as_tuple(), Reservation(head, ABSENT, NEVER, (0, 0, 0, 0))
        for row in self._rows_for(head.shape):
            ends = self._ends.get(row, {}).values()
            start, spare = earliest(now, self.ledger.free(row).as_tuple(), ask, ends, self.backfill.extra)
            if start < best.start_us:
                best = Reservation(head, row, start, spare)
        self._promise(now, head, best.row, best.start_us)
        return best

    # --- everybody has a reservation -------------------------------------------------------------------------------

    def _plan(self, now: int) -> list[Choice]:
        """Move each reservation to the earliest time that the others leave, in order; who can start now does.

        A job's own place is lifted before it is looked for anew, so it is found no later than it was. When a job has
        outlived its estimate no place stands any more: all are found anew.
        """
        if any(end < now for ends in self._ends.values() for end, _ in ends.values()):
            self._promised.clear()
        room = {row: self.ledger.free(row).as_tuple() for row, _ in self.rows()}
        profiles = {
            row: Profile(now, free, self._ends.get(row, {}).values())
            for row, free in room.items()
            if self.ledger.state[row] == READY
        }
        waiting = self.queue.in_order() if not self.backfill.by_arrival else self._others_all()
        held: dict[JobId, tuple[int, int, int, Amounts]] = {}
        for demand in waiting:
            row, start = self._promised.get(demand.job, (ABSENT, NEVER))
            if row in profiles and start != NEVER:
                held[demand.job] = self._hold_place(profiles[row], row, max(start, now), demand)
        starting: list[Choice] = []
        for demand in waiting:
            if place := held.get(demand.job):
                profiles[place[0]].change(place[1], place[2], place[3], 1)
            ask, length = self.shapes[demand.shape].resources.as_tuple(), demand.estimate_us or NEVER >> 1
            found = [
                (profiles[row].earliest(ask, length), row) for row in self._rows_for(demand.shape) if row in profiles
            ]
            start, row = min(found, default=(NEVER, ABSENT))
            if start == NEVER:
                continue
            self._hold_place(profiles[row], row, start, demand)
            if start == now and fits(ask, room[row]):  # not where the end of another is due but has not come yet
                room[row] = minus(room[row], ask)
                starting.append((demand, row))
            else:
                self._promise(now, demand, row, start)
        self._head = next((one for one in waiting if all(one is not chosen for chosen, _ in starting)), None)
        return starting

    def _others_all(self) -> list[Demand]:
        return [demand for demand in self._demands.values() if demand.stage == WAITING]

    def _hold_place(self, profile: Profile, row: int, start: int, demand: Demand) -> tuple[int, int, int, Amounts]:
        ask, length = self.shapes[demand.shape].resources.as_tuple(), demand.estimate_us or NEVER >> 1
        profile.change(start, length, ask, -1)
        return row, start, length, ask

    # --- inside ----------------------------------------------------------------------------------------------------

    def _promise(self, now: int, demand: Demand, row: int, start: int) -> None:
        """Say so where a reservation is new or has moved."""
        if start == NEVER or self._promised.get(demand.job) == (row, start):
            return
        self._promised[demand.job] = (row, start)
        self.work["reservations"] += 1
        self._publish(PlaceReserved(now, demand.job, demand.attempt, self._node_in[row].id, start))

    def _row_for(self, now: int, demand: Demand) -> int:
        """The row for a demand as things are; negative where it has none."""
        if self.dynamic is None and not self.windows and self.row_choice is None:
            return self._choice.best(demand.shape)
        return self._look(now, demand)

    def _rows_for(self, shape: int) -> list[int]:
        one, ledger = self.shapes[shape], self.ledger
        return [row for row, node in self.rows() if ledger.state[row] == READY and hosts(one, node.kind)]

    @staticmethod
    def _end_of(now: int, demand: Demand) -> int:
        return now + demand.estimate_us if demand.estimate_us else NEVER

"""The scheduler's books as they were before a place was claimed for a job: copies, put aside again at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from domain.scheduling.demand import Demand
from domain.scheduling.departures import Departures
from domain.scheduling.dynamic import DynamicRules
from domain.scheduling.whereabouts import words_of


@contextmanager
def as_before(scheduler: Any, row: int, demand: Demand) -> Iterator[None]:
    """Inside, the job is on no row; the books themselves are not touched."""
    dynamic, rows = scheduler.dynamic, scheduler.row_choice
    departures = rows.departures if rows is not None else None
    try:
        if dynamic is not None:
            scheduler.dynamic = _nowhere(dynamic, row, demand)
        if departures is not None:
            rows.departures = _not_leaving(departures, row, demand)
        yield
    finally:
        scheduler.dynamic = dynamic
        if rows is not None:
            rows.departures = departures


def _nowhere(rules: DynamicRules, row: int, demand: Demand) -> DynamicRules:
    seen = copy(rules)
    seen._counts = dict(rules._counts)
    words = words_of(demand, rules.names[demand.tenant])
    if all(row in seen._counts.get(word, ()) for word in words):
        seen._counts |= {word: dict(rules._counts[word]) for word in words}
        seen.leave(row, demand)
    return seen


def _not_leaving(departures: Departures, row: int, demand: Demand) -> Departures:
    seen = Departures()
    seen._ends = {at: ends for at, ends in departures._ends.items() if at != row}
    others = {job: end for job, end in departures._ends.get(row, {}).items() if job != demand.job}
    if others:
        seen._ends[row] = others
    return seen

"""What a threshold can be about: the figures of a run by name, with their unit, and how each may be asked for."""

import re
from typing import Literal, NamedTuple

Unit = Literal["us", "udollars", "share", "count", "number", "any"]

STATISTICS = ("mean", "max", "min")
"""Beside p<k>, of distributions and of levels."""

CONTEXTS = (
    "orchestration", "pipelines", "scheduling", "coordination", "workers", "security", "artifacts", "telemetry",
)  # fmt: skip


SHARES = frozenset(
    {
        "actual",
        "batches_in_conflict",
        "claims_in_conflict",
        "claims_lost",
        "hit_rate",
        "idle_share",
        "not_stored_again",
        "nothing_to_fetch",
        "saved_share",
        "target",
        "warm_pool_hits",
        "with_every_preference",
    }
)
"""Columns of contexts' tables that are shares from 0 to 1, shown in per cent; other units only the run knows."""


class Figure(NamedTuple):
    """`kind`: a distribution over jobs, a level in time, a kind of event, or one number of a run."""

    kind: Literal["distribution", "level", "event", "number"]
    unit: Unit
    selectors: tuple[str, ...]
    meaning: str
    open: bool = False  # only the run knows by what else it may be selected


_WHOSE = ("tenant", "label")
_JOB = (*_WHOSE, "pool")

FIGURES: dict[str, Figure] = {
    "wait": Figure("distribution", "us", _JOB, "started − queued, of jobs queued in the window that started"),
    "duration": Figure("distribution", "us", _JOB, "finished − started, of the same jobs"),
    "turnaround": Figure("distribution", "us", _JOB, "finished − queued, of the same jobs"),
    "queued": Figure("level", "count", _WHOSE, "jobs in the queue, weighted by time"),
    "running": Figure("level", "count", _JOB, "jobs that run, weighted by time"),
    "job.succeeded": Figure("event", "count", _WHOSE, "jobs that ended so"),
    "job.failed": Figure("event", "count", _WHOSE, "jobs that ended so"),
    "job.timed_out": Figure("event", "count", _WHOSE, "jobs stopped at their timeout"),
    "job.cancelled": Figure("event", "count", _WHOSE, "jobs cancelled, before or after they started"),
    "job.expired": Figure("event", "count", _WHOSE, "jobs that waited longer than max_queue_time"),
    "job.skipped": Figure("event", "count", _WHOSE, "jobs whose needs failed"),
    "job.killed": Figure("event", "count", _WHOSE, "jobs that started and were stopped: timed out or cancelled"),
    "job.retried": Figure("event", "count", _WHOSE, "jobs with more than one attempt"),
    "busy": Figure("number", "share", ("pool",), "share of the fleet's CPU time that jobs ran"),
    "boot": Figure("number", "share", ("pool",), "share of it in which nodes and workers started"),
    "idle": Figure("number", "share", ("pool",), "share of it that was left over"),
    "utilisation": Figure("number", "share", ("pool",), "the same as busy"),
    "memory_busy": Figure("number", "share", ("pool",), "share of the fleet's memory × time that jobs had"),
    "cost": Figure("number", "udollars", _JOB, "what the meters added; of a tenant or a label its busy part"),
    "cost_per_job": Figure("number", "udollars", (), "all cost ÷ jobs that ran and finished"),
    "fairness": Figure("number", "number", (), "Jain's index of service"),
    "delivery": Figure("number", "number", (), "Jain's index of CPU time delivered ÷ weight"),
}
"""Each is about the window [warm-up, horizon), as docs/reports.md has it."""

COUNTER = "work."
"""Before the name of a work counter, of which only the run knows which there are."""

POLICY = "policy"
"""A selector that every figure has: only runs of that policy are judged."""


def figure(name: str) -> Figure | None:
    """What is known of a name; None for one that does not exist, as far as can be said before a run."""
    if name in FIGURES:
        return FIGURES[name]
    if name.startswith(COUNTER) and name != COUNTER:
        return Figure("number", "count", (), "a counter of what was done")
    parts = name.split(".")
    if len(parts) == 3 and parts[0] in CONTEXTS and all(parts):
        unit: Unit = "share" if parts[2] in SHARES else "any"
        return Figure("number", unit, (), "a figure of a context: CONTEXT.TABLE.COLUMN", open=True)
    return None


def names() -> list[str]:
    return [*FIGURES, f"{COUNTER}COUNTER", f"CONTEXT.TABLE.COLUMN (of {', '.join(CONTEXTS)})"]


def slug(title: str) -> str:
    """The name by which a title or a column of a context's table is asked for: `Hit rate` → `hit_rate`."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")

"""Which jobs: by number, by a pattern of names, or those that waited longest."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from reports.columns import queue_left_us
from scenarios.problems import listed
from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from sim.results import RunResult

NUMBER = re.compile(r"(?:job[-/ :#]?|#)?([0-9]+)\Z", re.IGNORECASE)
SHOWN = 5


def choose_jobs(result: "RunResult", wanted: Sequence[str], slowest: int | None, most: int) -> tuple[list[int], int]:
    """Rows of the job table, and how many more there are that match; raises BadInput for what there is not.

    Numbers stand for themselves; of what patterns match, the `slowest` that waited longest, or `most` of them.
    """
    if not len(result.jobs):
        raise BadInput("the run has no jobs")
    row_of = {int(job): row for row, job in enumerate(result.jobs.job.tolist())}
    numbers: list[int] = []
    matching: dict[int, None] = {}
    problems: list[str] = []
    for one in wanted:
        if number := NUMBER.match(one):
            row = row_of.get(int(number[1]))
            if row is None:
                problems.append(_no_number(one, list(row_of)))
            else:
                numbers.append(row)
        elif rows := _matching(result, one):
            matching.update(dict.fromkeys(rows))
        else:
            problems.append(_no_name(result, one))
    if problems:
        raise BadInput("\n".join(problems))
    if slowest is not None and not matching and not numbers:
        matching = dict.fromkeys(range(len(result.jobs)))
    waits = wait_us(result)
    ranked = sorted(matching, key=lambda row: (-int(waits[row]), int(result.jobs.job[row])))
    kept = ranked[: slowest or most]
    return [*numbers, *(row for row in kept if row not in numbers)], len(ranked) - len(kept)


def wait_us(result: "RunResult") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Queue wait per row; −1 of jobs that never queued."""
    left = queue_left_us(result)
    return np.where(result.jobs.queued_us >= 0, left - result.jobs.queued_us, -1)


def name_of(result: "RunResult", row: int) -> str:
    jobs = result.jobs
    return f"{result.tenants[jobs.tenant[row]]}/{jobs.pipeline[row]}/{result.labels[jobs.label[row]]}"


def _matching(result: "RunResult", pattern: str) -> list[int]:
    """Jobs called tenant/pipeline/label, with * and ? as in file names; less than that is about the label alone."""
    parts = pattern.split("/", 2)  # labels may hold more of them
    if len(parts) != 3 or pattern in result.labels:
        parts = ["*", "*", pattern]
    tenants = {code for code, name in enumerate(result.tenants) if fnmatchcase(name, parts[0])}
    labels = {code for code, name in enumerate(result.labels) if fnmatchcase(name, parts[2])}
    jobs = result.jobs
    return [
        row
        for row, (tenant, label, pipeline) in enumerate(
            zip(jobs.tenant.tolist(), jobs.label.tolist(), jobs.pipeline.tolist(), strict=True)
        )
        if tenant in tenants and label in labels and fnmatchcase(str(pipeline), parts[1])
    ]


def _no_number(wanted: str, jobs: list[int]) -> str:
    number = int(NUMBER.match(wanted)[1])  # type: ignore[index]
    near = sorted(sorted(jobs, key=lambda job: abs(job - number))[:3])
    return f"--job {wanted}: no such job; {len(jobs):,} ended, {min(jobs)} to {max(jobs)} (near: {listed(near, SHOWN)})"


def _no_name(result: "RunResult", wanted: str) -> str:
    parts = wanted.split("/", 2)
    if len(parts) == 2:
        return f"--job {wanted}: a number, a label, or tenant/pipeline/label; * and ? stand for anything"
    known: dict[str, Sequence[str]] = {"label": result.labels}
    given = {"label": parts[-1]}
    if len(parts) == 3:
        known["tenant"], given["tenant"] = result.tenants, parts[0]
    for what, names in known.items():
        if not any(fnmatchcase(name, given[what]) for name in names):
            near = get_close_matches(given[what], names, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            return f"--job {wanted}: no {what} is called {given[what]}; there are {listed(names, SHOWN)}{hint}"
    return f"--job {wanted}: no such job: pipelines {result.jobs.pipeline.min()} to {result.jobs.pipeline.max()} ended"

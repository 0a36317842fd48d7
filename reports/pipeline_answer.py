"""How long pipelines that are written out took, as sentences: what somebody who imports a workflow asks first."""

from collections.abc import Sequence

from reports.figures import Summary
from reports.wording import duration, listed, several

CONTEXT, TABLE = "pipelines", "How long pipelines took"
MOST_PIPELINES = 3

Took = tuple[int, int, int | None, int | None]
"""Runs that ended, those that succeeded, the median and the longest in µs."""


def pipelines_done(summaries: Sequence[Summary]) -> list[str]:
    """One sentence per pipeline, of many for those that come first in the file; none where load is generated."""
    found = [_took(summary) for summary in summaries]
    names = list(dict.fromkeys(name for each in found for name in each))
    policies = [summary.policy for summary in summaries]
    told = [_sentence(name, policies, [each.get(name) for each in found]) for name in names[:MOST_PIPELINES]]
    if len(names) > MOST_PIPELINES:
        more = several(len(names) - MOST_PIPELINES, "pipeline")
        told.append(f"How long {more} more took: --contexts, or the report.")
    return told


def _took(summary: Summary) -> dict[str, Took]:
    """By name of the pipeline."""
    for table in summary.contexts:
        if (table.context, table.title) == (CONTEXT, TABLE):
            columns = [name for name, _ in table.columns]
            places = [columns.index(name) for name in ("came", "succeeded", "p50", "longest")]
            return {str(row[0]): tuple(row[at] for at in places) for row in table.rows}  # type: ignore[misc]
    return {}


def _sentence(name: str, policies: Sequence[str], took: Sequence[Took | None]) -> str:
    known = [(policy, one) for policy, one in zip(policies, took, strict=True) if one is not None]
    if len({one for _, one in known}) == 1:
        return _alone(name, known[0][1])
    each = [f"{duration(one[2])} under {policy}{_short(one)}" if one[0] else f"never under {policy}"
            for policy, one in known]  # fmt: skip
    median = " at the median" if any(one[0] > 1 for _, one in known) else ""
    return f"{name}: done{median} after {listed(each)}."


def _short(one: Took) -> str:
    """What keeps a short time from being a good one."""
    came, succeeded = one[:2]
    return "" if succeeded == came else " (failed)" if came == 1 else f" ({succeeded:,} of {came:,} succeeded)"


def _alone(name: str, one: Took) -> str:
    came, succeeded, median, longest = one
    if not came:
        return f"{name}: never ended."
    if came == 1:
        return f"{name}: {'done' if succeeded else 'failed'} after {duration(longest)}."
    well = "all succeeded" if succeeded == came else f"{succeeded:,} succeeded"
    times = f"{duration(median)} at the median, {duration(longest)} at most"
    return f"{name}: {came:,} runs, {times}; {well}."

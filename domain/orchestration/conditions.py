"""Whether a job runs, given how what it needs has ended: failure propagation along the graph.

The rules are those that GitHub documents for `success()`, `failure()`, `always()` and `cancelled()` (docs.github.com,
"Evaluate expressions", and `jobs.<job_id>.needs`, read 2026-11). A job is judged when all its needs have ended. What
counts are the ends of *everything above it*, over the whole chain of needs, not only of its direct needs: a failure
or a skip applies to all jobs in the chain from there on, also below one that ran in spite of it.

| condition   | runs when                                                          |
|-------------|--------------------------------------------------------------------|
| `success`   | everything above succeeded (the default)                           |
| `failure`   | something above failed, and the pipeline is not being cancelled    |
| `completed` | the pipeline is not being cancelled (`!cancelled()`)               |
| `cancelled` | the pipeline is being cancelled                                    |
| `always`    | always, also when the pipeline is being cancelled                  |

A job that may not run is SKIPPED, and so are jobs below it by the same rules. When a pipeline is cancelled, all its
jobs are CANCELLED whose condition is not `always` or `cancelled`, those that wait for others too. To have failed is
FAILED, TIMED_OUT or EXPIRED; with `allow_failure` that counts as success, both for those below and for the pipeline.
In a pipeline in which every condition is `success` a job is skipped as soon as one of its needs has not succeeded: the
outcome is the same.
"""

from domain.orchestration.terms import Condition

FAILED, SKIPPED, CANCELLED = 1, 2, 4
"""What happened above a job, as bits."""

_BITS = {"SUCCEEDED": 0, "SKIPPED": SKIPPED, "CANCELLED": CANCELLED}

SURVIVES = ("always", "cancelled")
"""Conditions of jobs that the cancelling of their pipeline leaves alone."""


def trouble(state: str, allow_failure: bool) -> int:
    """What the end of a job means to those below it."""
    bits = _BITS.get(state, FAILED)
    return 0 if bits == FAILED and allow_failure else bits


def accepts(condition: Condition, above: int, cancelling: bool) -> bool:
    """Whether a job runs whose needs have all ended, with that trouble `above` it."""
    if condition == "success":
        return not above
    if condition == "failure":
        return bool(above & FAILED) and not cancelling
    if condition == "completed":
        return not cancelling
    return condition == "always" or cancelling

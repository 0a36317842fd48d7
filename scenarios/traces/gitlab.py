"""Tells the jobs in answers of GitLab's jobs API."""

from collections.abc import Iterator

from scenarios.traces.jobs import ENDED, RUNNING, WAITING, Found, Job
from scenarios.traces.values import Unusable, iso8601_us, iso8601_words, text

# Field names and states: GitLab REST API, "Jobs API", 2026-11. queued_duration is how long a job waited for a runner,
# in seconds; created_at is when its pipeline was made, long before where it has needs or a stage before it.

_STAGES = {"success": ENDED, "failed": ENDED, "canceled": ENDED, "skipped": ENDED, "running": RUNNING,
           "canceling": RUNNING}  # fmt: skip


def gitlab_jobs(value: object) -> Iterator[Found]:
    """From lists of jobs, lists of pages, and single jobs."""
    if isinstance(value, list):
        for one in value:
            yield from gitlab_jobs(one)
    elif not isinstance(value, dict):
        yield "not a JSON object"
    elif "id" in value and "status" in value and ("stage" in value or "pipeline" in value):
        yield _job(value)
    else:
        yield "an object that is no job of GitLab CI"


def _job(item: dict[str, object]) -> Job:
    status = text(item.get("status"))
    started = text(item.get("started_at")) or None
    pipeline, tags = item.get("pipeline"), item.get("tag_list")
    return Job(
        id=text(item["id"]),
        stage=_STAGES.get(status, WAITING),
        queued=_queued(item, started),
        started=started,
        finished=text(item.get("finished_at")) or None,
        name=text(item.get("name")),
        queue=",".join(sorted(text(one) for one in tags)) if isinstance(tags, list) else "",
        pipeline=text(pipeline.get("id")) if isinstance(pipeline, dict) else "",
        outcome=status,
        never=_never(status, started),
        state=status,
    )


def _never(status: str, started: str | None) -> str:
    if status == "skipped":
        return "skipped: never ran"
    if status == "manual":
        return "manual, and not started"
    if started is None and status == "canceled":
        return "cancelled before it started"
    if started is None and status == "failed":
        return "failed before it started"
    return ""


def _queued(item: dict[str, object], started: str | None) -> str | None:
    """Started less the time in the queue, where GitLab says that; else when the job was created."""
    waited = item.get("queued_duration")
    if started is not None and isinstance(waited, int | float) and 0 <= waited < 1e9:
        try:
            return iso8601_words(iso8601_us(started) - round(waited * 1e6))
        except (Unusable, OverflowError):
            return None
    return text(item.get("created_at")) or None

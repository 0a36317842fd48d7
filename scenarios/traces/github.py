"""Tells the jobs in answers of GitHub's REST API and in its workflow_job webhooks, and the runs as well."""

from collections.abc import Iterator

from scenarios.traces.jobs import ENDED, RUNNING, WAITING, Found, Job
from scenarios.traces.values import text

# Field names: GitHub REST API, "List jobs for a workflow run" and "List workflow runs for a repository", and the
# webhook workflow_job, 2026-11. The answer to the first is documented without created_at, real ones have it.

_STAGES = {"completed": ENDED, "in_progress": RUNNING}
PAGES = {"jobs": "workflow_job", "workflow_runs": "workflow_run"}


def github_jobs(value: object) -> Iterator[Found]:
    """From pages of `jobs`, lists of pages or jobs, single jobs, and payloads of workflow_job."""
    for item in _items(value):
        if not isinstance(item, dict):
            yield "not a JSON object"
        elif _is_run(item):
            yield "a workflow run, whose jobs are told elsewhere"
        elif "id" in item and ("run_id" in item or "steps" in item):
            yield _job(item)
        else:
            yield "an object that is no job of GitHub Actions"


def github_runs(value: object) -> Iterator[Found]:
    """Each attempt of a run as one job: for answers that only have runs."""
    for item in _items(value):
        if isinstance(item, dict) and _is_run(item):
            yield _run(item)
        else:
            yield "an object that is no run of GitHub Actions"


def _items(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for one in value:
            yield from _items(one)
    elif isinstance(value, dict):
        for page, single in PAGES.items():
            if isinstance(value.get(page), list):
                yield from value[page]
                return
            if isinstance(value.get(single), dict):
                yield value[single]
                return
        yield value
    else:
        yield value


def _is_run(item: dict[str, object]) -> bool:
    return "run_number" in item or "workflow_id" in item


def _job(item: dict[str, object]) -> Job:
    status, conclusion = text(item.get("status")), text(item.get("conclusion"))
    labels = item.get("labels")
    return Job(
        id=text(item["id"]),
        stage=_STAGES.get(status, WAITING),
        queued=_time(item, "created_at"),
        started=_time(item, "started_at"),
        finished=_time(item, "completed_at"),
        name=text(item.get("name")),
        queue=",".join(sorted(text(one) for one in labels)) if isinstance(labels, list) else "",
        pipeline=text(item.get("run_id")),
        outcome=conclusion,
        attempt=_attempt(item),
        never=_never(item, conclusion),
        state=status,
    )


def _never(item: dict[str, object], conclusion: str) -> str:
    if conclusion == "skipped":
        return "skipped: never ran"
    if conclusion == "action_required":
        return "waits for an approval: never ran"
    if conclusion == "cancelled" and "runner_id" in item and not item["runner_id"] and not item.get("runner_name"):
        return "cancelled before it started"
    return ""


def _run(item: dict[str, object]) -> Job:
    """An attempt lasts from its start to the last change of the run; what its jobs waited is in there."""
    status, conclusion, attempt = text(item.get("status")), text(item.get("conclusion")), _attempt(item)
    begun = _time(item, "run_started_at") or _time(item, "created_at")
    return Job(
        id=f"{text(item.get('id'))}/{attempt}",
        stage=_STAGES.get(status, WAITING),
        queued=None,
        started=begun,
        finished=_time(item, "updated_at"),
        name=text(item.get("name")),
        queue="",
        pipeline="",
        outcome=conclusion,
        attempt=attempt,
        never=_never({}, conclusion),
        state=status,
    )


def _attempt(item: dict[str, object]) -> int:
    attempt = item.get("run_attempt")
    return attempt if isinstance(attempt, int) and attempt > 0 else 1


def _time(item: dict[str, object], field: str) -> str | None:
    return text(item.get(field)) or None

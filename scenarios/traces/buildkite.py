"""Tells the jobs in builds of Buildkite's REST API, and in its job webhooks."""

from collections.abc import Iterator

from scenarios.traces.jobs import ENDED, RUNNING, WAITING, Found, Job
from scenarios.traces.values import text

# Field names and states: Buildkite REST API, "Builds API" and "Jobs API", 2026-11. Only jobs of type script run on
# agents. runnable_at is when nothing but an agent was missing; older answers have only scheduled_at and created_at.

_RUNNING = ("running", "canceling", "timing_out", "assigned", "accepted")
_ENDED = ("passed", "failed", "finished", "timed_out", "canceled", "soft_failed")
_NEVER = {
    "skipped": "skipped: never ran",
    "broken": "broken: a step that it needed failed, never ran",
    "not_run": "not run",
    "waiting_failed": "never ran: what it waited for failed",
    "blocked_failed": "never ran: what it waited for failed",
    "expired": "expired before an agent took it",
}


def buildkite_jobs(value: object) -> Iterator[Found]:
    """From lists of builds, single builds, lists of jobs, and events that hold a job and its build."""
    if isinstance(value, list):
        for one in value:
            yield from buildkite_jobs(one)
    elif not isinstance(value, dict):
        yield "not a JSON object"
    elif isinstance(value.get("jobs"), list):
        for one in value["jobs"]:
            yield from _told(one, text(value.get("id")))
    elif isinstance(value.get("job"), dict):
        build = value.get("build")
        yield from _told(value["job"], text(build.get("id")) if isinstance(build, dict) else "")
    else:
        yield from _told(value, "")


def _told(item: object, build: str) -> Iterator[Found]:
    if not isinstance(item, dict) or "id" not in item or not ("type" in item or "runnable_at" in item):
        yield "an object that is no job of Buildkite"
    elif item.get("type", "script") != "script":
        yield f"a step of type {text(item['type'])}, which no agent runs"
    else:
        yield _job(item, build)


def _job(item: dict[str, object], build: str) -> Job:
    state, started = text(item.get("state")), text(item.get("started_at")) or None
    never = _NEVER.get(state, "")
    if started is None and state in ("canceled", "timed_out"):
        never = "cancelled before it started"
    queued = (text(item.get(field)) for field in ("runnable_at", "scheduled_at", "created_at"))
    return Job(
        id=text(item["id"]),
        stage=ENDED if state in _ENDED else RUNNING if state in _RUNNING else WAITING,
        queued=next(filter(None, queued), None),
        started=started,
        finished=text(item.get("finished_at")) or None,
        name=text(item.get("name")) or text(item.get("step_key")),
        queue=_queue(item),
        pipeline=build,
        outcome="passed" if state == "finished" and item.get("exit_status") in (0, None) else _outcome(item, state),
        attempt=1 + _number(item.get("retries_count")),
        never=never,
        state=state,
    )


def _outcome(item: dict[str, object], state: str) -> str:
    return "failed" if state in ("finished", "soft_failed") or item.get("soft_failed") is True else state


def _queue(item: dict[str, object]) -> str:
    """`queue=…` of the rules by which agents are chosen, else all of the rules."""
    rules = item.get("agent_query_rules")
    words = sorted(text(one) for one in rules) if isinstance(rules, list) else []
    queues = [word.removeprefix("queue=") for word in words if word.startswith("queue=")]
    return ",".join(queues or [word for word in words if word != "*"])


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0

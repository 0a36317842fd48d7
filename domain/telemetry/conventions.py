"""Names of metrics, spans and attributes, after OpenTelemetry's semantic conventions for CI/CD.

Source: OpenTelemetry, "Semantic conventions", version 1.43.0 (July 2026), CI/CD spans, metrics and attributes, status
release candidate. What has no convention there is called `windtunnel.…`.
"""

from domain.shared.units import SECOND_US

SCHEMA_URL = "https://opentelemetry.io/schemas/1.43.0"

# Metrics
RUN_DURATION = "cicd.pipeline.run.duration"
RUN_ACTIVE = "cicd.pipeline.run.active"
RUN_ERRORS = "cicd.pipeline.run.errors"
SYSTEM_ERRORS = "cicd.system.errors"
WORKER_COUNT = "cicd.worker.count"
JOBS_ENDED = "windtunnel.job.ended"
JOB_DURATION = "windtunnel.job.duration"
QUEUE_WAIT = "windtunnel.job.queue_wait"
TOKEN_EXCHANGES = "windtunnel.security.token.exchanges"
TOKENS_ENDED = "windtunnel.security.token.ended"
SECRET_REQUESTS = "windtunnel.security.secret.requests"
DEPLOYMENTS = "windtunnel.security.deployments"
DENIALS = "windtunnel.security.denials"
SESSIONS = "windtunnel.security.session.active"
CACHE_LOOKUPS = "windtunnel.cache.lookups"
CACHE_RESTORED = "windtunnel.cache.restored"
CACHE_RESTORE = "windtunnel.cache.restore.duration"
CACHE_SAVED = "windtunnel.cache.saved"
CACHE_EVICTIONS = "windtunnel.cache.evictions"
CACHE_EVICTED = "windtunnel.cache.evicted"
ARTIFACT_UPLOADED = "windtunnel.artifact.uploaded"
ARTIFACT_STORED = "windtunnel.artifact.stored"
ARTIFACT_DOWNLOADED = "windtunnel.artifact.downloaded"
ARTIFACTS_ENDED = "windtunnel.artifact.ended"
IMAGE_PULLS = "windtunnel.image.pulls"
IMAGE_PULLED = "windtunnel.image.pulled"

# Attributes
PIPELINE_NAME = "cicd.pipeline.name"
PIPELINE_RESULT = "cicd.pipeline.result"
RUN_ID = "cicd.pipeline.run.id"
RUN_STATE = "cicd.pipeline.run.state"
TASK_NAME = "cicd.pipeline.task.name"
TASK_RUN_ID = "cicd.pipeline.task.run.id"
TASK_RESULT = "cicd.pipeline.task.run.result"
WORKER_STATE = "cicd.worker.state"
COMPONENT = "cicd.system.component"
ERROR_TYPE = "error.type"
TENANT = "windtunnel.tenant"
ATTEMPT = "windtunnel.attempt"
NODE = "windtunnel.node"
POOL = "windtunnel.pool"
ACTION = "windtunnel.security.action"
DECISION = "windtunnel.security.decision"
ENVIRONMENT = "windtunnel.security.environment"
SECRET = "windtunnel.security.secret.name"
TOKEN_STATE = "windtunnel.security.token.state"
CACHE = "windtunnel.cache.name"
CACHE_HIT = "windtunnel.cache.hit"  # exact, prefix, miss
ARTIFACT_STATE = "windtunnel.artifact.state"
ARTIFACT_WHY = "windtunnel.artifact.reason"
IMAGE = "windtunnel.image.name"
IMAGE_FOUND = "windtunnel.image.found"  # whole, partly: how much of it the node had

PENDING, EXECUTING = "pending", "executing"
AVAILABLE, BUSY, OFFLINE = "available", "busy", "offline"

RESULTS = {
    "SUCCEEDED": "success",
    "COMPLETED": "success",
    "FAILED": "failure",
    "TIMED_OUT": "timeout",
    "CANCELLED": "cancellation",
    "SKIPPED": "skip",
    "EXPIRED": "timeout",  # it waited longer than it may
    "REJECTED": "error",
    "LOST": "error",
}
"""How the states in which pipelines, jobs and attempts end are called there."""

FAILURES = {"FAILED": "failed", "TIMED_OUT": "timed_out", "EXPIRED": "expired", "LOST": "lost", "REJECTED": "rejected"}
"""States that are errors, and what `error.type` says about them."""


def ended_as(attribute: str, state: str) -> dict[str, str]:
    """The attributes that say how something ended: its result, and the class of error where it was one."""
    error = {ERROR_TYPE: FAILURES[state]} if state in FAILURES else {}
    return {attribute: RESULTS.get(state, state.lower()), **error}


DURATION_BOUNDS_US = tuple(
    SECOND_US * s for s in (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
)
"""Bounds of the buckets for waits: what people set thresholds at, from a second to a day."""

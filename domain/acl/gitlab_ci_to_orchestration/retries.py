"""Which failures of a GitLab job are tried again, in the words of the domain: by user, infrastructure and timeout.

Source: "retry", CI/CD YAML syntax reference, docs.gitlab.com, read 2026-11. GitLab has thirteen causes, the domain
three; what has no counterpart is told, never bent.
"""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_list, listed, scalar_text
from domain.acl.gitlab_ci_to_orchestration.fields import Reader


class Retries(msgspec.Struct, frozen=True):
    """Further attempts after failures of each cause."""

    user: int = 0
    infra: int = 0
    timeout: int = 0


ALWAYS = "always"
CAUSES: Mapping[str, str] = {
    "script_failure": "user",
    "job_execution_timeout": "timeout",
    "runner_system_failure": "infra",
    "stuck_or_timeout_failure": "infra",  # its runner was not heard of any more
}
"""GitLab's cause → ours."""

WITHOUT_COUNTERPART: Mapping[str, str] = {
    "unknown_failure": "no failure is of unknown cause",
    "api_failure": "GitLab's API does not fail",
    "runner_unsupported": "every runner can run every job that it is given",
    "stale_schedule": "no delayed job comes too late to run",
    "archived_failure": "no job is too old to run",
    "unmet_prerequisites": "nothing is prepared before a job",
    "scheduler_failure": "a job that no runner took goes back to the queue, and that is no failure",
    "data_integrity_failure": "no data is lost",
}
"""GitLab's cause → why no failure of a simulated job is one of these."""


def retries(reader: Reader) -> Retries:
    """GitLab tries again only what `retry` names; without it a job whose runner is lost has failed."""
    retry = reader.job.get("retry")
    if not isinstance(retry, Mapping):
        most = _count(retry)
        return _told(reader, Retries(most, most, most))
    if "max" not in retry:
        reader.notes.not_modelled(reader.file, (*reader.path, "retry"), "retry without max: GitLab takes it to be 0")
    most = _count(retry.get("max"))
    if "when" in retry:
        causes = tuple(map(scalar_text, as_list(retry["when"])))
    else:
        causes = () if "exit_codes" in retry else (ALWAYS,)
    chosen = {CAUSES[cause] for cause in causes if cause in CAUSES}
    if ALWAYS in causes:
        chosen = set(CAUSES.values())
    for cause in dict.fromkeys(causes):
        if cause in WITHOUT_COUNTERPART and most:
            text = f"a retry after {cause}: {WITHOUT_COUNTERPART[cause]} in a simulation"
            reader.notes.not_modelled(reader.file, (*reader.path, "retry", "when"), text)
    if "exit_codes" in retry and most and "user" not in chosen:
        codes = listed(as_list(retry["exit_codes"]))
        text = f"a retry after exit codes {codes} only: no exit code is known before the run: taken to be any"
        reader.notes.unknown(reader.file, (*reader.path, "retry", "exit_codes"), text)
        chosen.add("user")
    return _told(reader, Retries(**dict.fromkeys(chosen, most)))


def _count(written: Data) -> int:
    return int(written) if isinstance(written, int | float) and not isinstance(written, bool) else 0


def _told(reader: Reader, found: Retries) -> Retries:
    if sum(1 for count in (found.user, found.infra, found.timeout) if count) > 1:
        text = "GitLab counts retries after all causes together, a simulation each cause by itself"
        reader.notes.not_modelled(reader.file, (*reader.path, "retry"), text)
    return found

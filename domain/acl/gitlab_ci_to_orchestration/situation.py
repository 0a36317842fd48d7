"""What is given about a GitLab pipeline, and the predefined variables that follow from it.

Source: "Predefined CI/CD variables reference", docs.gitlab.com, read 2026-11.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, scalar_text
from domain.acl.gitlab_ci_to_orchestration.conditions import Unsure

SOURCES = (
    "push", "merge_request_event", "schedule", "web", "api", "trigger", "pipeline", "parent_pipeline", "chat",
    "external", "external_pull_request_event", "webide", "security_orchestration_policy", "ondemand_dast_scan",
)  # fmt: skip
MERGE_REQUEST = "merge_request_event"


class Situation(msgspec.Struct, frozen=True):
    """Why a pipeline is made; `changed` and `existing` are files of the repository, None: not known."""

    source: str = "push"
    ref: str = "main"
    is_tag: bool = False
    default_branch: str = "main"
    project: str = "group/project"
    user: str = "somebody"
    fork: bool = False
    head_ref: str = "change"  # the branch of a merge request
    variables: Mapping[str, str] = {}
    inputs: Mapping[str, str] = {}
    changed: tuple[str, ...] | None = None
    existing: tuple[str, ...] | None = None


def predefined(situation: Situation) -> dict[str, str | None]:
    """Variables that GitLab sets, and those (None) that it does not set for such a pipeline."""
    merging = situation.source == MERGE_REQUEST
    namespace, _, name = situation.project.rpartition("/")
    ref = situation.head_ref if merging else situation.ref
    found: dict[str, str | None] = {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": situation.source,
        "CI_DEFAULT_BRANCH": situation.default_branch,
        "CI_COMMIT_REF_NAME": ref,
        "CI_COMMIT_REF_SLUG": re.sub(r"[^a-z0-9]", "-", ref.lower())[:63].strip("-"),
        "CI_COMMIT_BRANCH": None if merging or situation.is_tag else ref,
        "CI_COMMIT_TAG": ref if situation.is_tag else None,
        "CI_PROJECT_PATH": situation.project,
        "CI_PROJECT_NAME": name,
        "CI_PROJECT_NAMESPACE": namespace,
        "CI_PROJECT_ROOT_NAMESPACE": situation.project.partition("/")[0],
        "GITLAB_USER_LOGIN": situation.user,
        "CI_SERVER_HOST": "gitlab.com",
        "CI_DEPLOY_FREEZE": None,
    }
    if situation.source == "schedule":
        found["CI_PIPELINE_SCHEDULE_DESCRIPTION"] = None
    if merging:
        source_project = "somebody/fork" if situation.fork else situation.project
        found |= {
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": situation.head_ref,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": situation.ref,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": source_project,
            "CI_MERGE_REQUEST_PROJECT_PATH": situation.project,
            "CI_MERGE_REQUEST_ID": "1",
            "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
        }
    return found


def lookup_in(
    variables: Mapping[str, str | None], note_unset: Callable[[str], None], merging: bool
) -> Callable[[str], str | Unsure | None]:
    """Looks up a variable. Predefined ones that nothing is known of are unsure; any other is taken to be unset."""

    def lookup(name: str) -> str | Unsure | None:
        if name in variables:
            value = variables[name]
            return value if value is None or "$" not in value else expand(value, variables)
        if name.startswith("CI_MERGE_REQUEST_") and not merging:
            return None
        if name.startswith(("CI_", "GITLAB_")):
            return Unsure(f"the variable {name} is not given")
        note_unset(name)
        return None

    return lookup


_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")


def expand(text: str, variables: Mapping[str, str | None], expanded: dict[str, str] | None = None) -> str:
    """The text with known variables put in; others stay as they are written. Each variable is worked out once."""
    done: dict[str, str] = {} if expanded is None else expanded

    def put(found: re.Match[str]) -> str:
        name = found.group(1) or found.group(2)
        if name is None or name not in variables:
            return found.group()
        if name not in done:
            done[name] = found.group()  # within its own value it stays as it is written
            done[name] = expand(variables[name] or "", variables, done)
        return done[name]

    return _VARIABLE.sub(put, text)[:_LONGEST]


def unexpanded(text: str) -> list[str]:
    """The variables that a text still names."""
    return list(dict.fromkeys(one or other for one, other in _VARIABLE.findall(text) if one or other))


_LONGEST = 10_000
"""Characters of a value: variables that contain each other grow fast."""


def declared(data: Data) -> dict[str, str | None]:
    """Variables as a file declares them, with or without a description."""
    if not isinstance(data, Mapping):
        return {}
    return {name: scalar_text(one.get("value") if isinstance(one, Mapping) else one) for name, one in data.items()}

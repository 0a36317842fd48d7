"""The contexts that expressions look at: filled with what the start of a workflow tells, unknown where it does not.

Source: "Contexts reference", docs.github.com, read 2026-11.
"""

from collections.abc import Iterator, Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_mapping
from domain.acl.github_actions_to_orchestration.evaluation import Scope
from domain.acl.github_actions_to_orchestration.events import BY_EVENT_ONLY
from domain.acl.github_actions_to_orchestration.starting import Start
from domain.acl.github_actions_to_orchestration.values import Unknown, Value

NAMES = (
    "github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs",
)  # fmt: skip


class Open(Mapping[str, Value]):
    """A mapping that knows some keys; every other one is unknown for `reason` (with the key put in for {})."""

    def __init__(self, known: Mapping[str, Value], reason: str) -> None:
        self._known = {name.lower(): value for name, value in known.items()}
        self._reason = reason

    def __getitem__(self, key: str) -> Value:
        known = self._known.get(key.lower(), self)
        return Unknown((self._reason.format(key),)) if known is self else known

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._known, "…"))  # whoever goes through all of it meets the rest as unknown

    def __len__(self) -> int:
        return len(self._known) + 1


class Situation(msgspec.Struct, frozen=True):
    """Everything that is given about the run: `given` maps paths such as `vars.RUNNER` to values, and wins."""

    start: Start = Start()
    actor: str = "somebody"
    repository: str = "owner/repository"
    default_branch: str = "main"
    fork: bool = False  # a pull request from a fork
    head_ref: str = "change"  # the branch of a pull request
    inputs: Mapping[str, Data] = {}
    given: Mapping[str, Data] = {}


def root_scope(situation: Situation, workflow: str, inputs: Value, env: Mapping[str, Value] | None = None) -> Scope:
    """The contexts that hold for a whole workflow."""
    pull = situation.start.event in ("pull_request", "pull_request_target")
    no_secrets = situation.fork and situation.start.event == "pull_request"
    secrets: Value = {"GITHUB_TOKEN": Unknown(("secrets.GITHUB_TOKEN is a secret",), truth=True)}
    if not no_secrets:
        secrets = Open(as_mapping(secrets), "the secret {} is not known")
    contexts: dict[str, Value] = {name: Unknown((f"the context {name} is not known before the run",)) for name in NAMES}
    contexts |= {
        "github": Open(_github(situation, workflow, pull), "github.{} is not known before the run"),
        "env": env or {},
        "vars": Open({}, "the variable vars.{} is not given"),
        "secrets": secrets,
        "inputs": inputs,
        "needs": {},
        "matrix": {},
        "strategy": {"fail-fast": True, "job-index": 0, "job-total": 1, "max-parallel": 1},
    }
    return with_given(Scope(contexts), situation.given)


def _github(situation: Situation, workflow: str, pull: bool) -> dict[str, Value]:
    start = situation.start
    event, ref = start.event, start.ref
    if event == "workflow_call":  # what the calling workflow was started by
        return {"repository": situation.repository, "repository_owner": situation.repository.partition("/")[0]}
    if event == "pull_request":
        full_ref, name = "refs/pull/1/merge", "1/merge"
    elif start.is_tag:
        full_ref, name = f"refs/tags/{ref}", ref
    else:
        full_ref, name = f"refs/heads/{ref}", ref
    return {
        "event_name": event,
        "ref": full_ref,
        "ref_name": name,
        "ref_type": "tag" if start.is_tag else "branch",
        "base_ref": ref if pull else "",
        "head_ref": situation.head_ref if pull else "",
        "actor": situation.actor,
        "triggering_actor": situation.actor,
        "repository": situation.repository,
        "repository_owner": situation.repository.partition("/")[0],
        "workflow": workflow,
        "run_attempt": "1",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "event": Open(_payload(situation, full_ref), "github.event.{} is in the event, which is not given"),
    }


def _payload(situation: Situation, full_ref: str) -> dict[str, Value]:
    start = situation.start
    event = start.event
    payload: dict[str, Value] = {key: None for key, carriers in BY_EVENT_ONLY.items() if event not in carriers}
    owner, _, name = situation.repository.partition("/")
    payload["repository"] = Open(
        {
            "full_name": situation.repository,
            "name": name,
            "default_branch": situation.default_branch,
            "owner": Open({"login": owner}, "github.event.repository.owner.{} is not given"),
        },
        "github.event.repository.{} is not given",
    )
    if event == "push":
        payload |= {"ref": full_ref, "deleted": False, "base_ref": None}
    if start.activity:
        payload["action"] = start.activity
    elif event in ("push", "schedule", "workflow_dispatch"):
        payload["action"] = None
    if event == "workflow_dispatch":
        payload["inputs"] = dict(situation.inputs)
    if event in ("pull_request", "pull_request_target"):
        payload["pull_request"] = _pull_request(situation)
    return payload


def _pull_request(situation: Situation) -> Value:
    reason = "github.event.pull_request.{} is not given"
    full_name = "somebody/fork" if situation.fork else situation.repository
    repo = Open({"full_name": full_name, "fork": situation.fork}, "github.event.pull_request.head.repo.{} is not given")
    head = Open({"ref": situation.head_ref, "repo": repo}, "github.event.pull_request.head.{} is not given")
    base_repo = Open({"full_name": situation.repository}, "github.event.pull_request.base.repo.{} is not given")
    base = Open({"ref": situation.start.ref, "repo": base_repo}, "github.event.pull_request.base.{} is not given")
    return Open({"head": head, "base": base}, reason)


def with_given(scope: Scope, given: Mapping[str, Data]) -> Scope:
    """The scope with values put in at dotted paths such as `needs.plan.outputs.matrix`."""
    contexts = dict(scope.contexts)
    for path, value in given.items():
        name, *rest = path.split(".")
        contexts[name.lower()] = _put(contexts.get(name.lower()), rest, value, name)
    return Scope(contexts, scope.status)


def _put(old: Value, path: list[str], value: Data, said: str) -> Value:
    if not path:
        return value
    if isinstance(old, Open):
        known = dict(old._known)
        known[path[0].lower()] = _put(known.get(path[0].lower()), path[1:], value, f"{said}.{path[0]}")
        return Open(known, old._reason)
    if isinstance(old, Mapping):
        key = next((name for name in old if name.lower() == path[0].lower()), path[0])
        return {**old, key: _put(old.get(key), path[1:], value, f"{said}.{path[0]}")}
    inner = _put(None, path[1:], value, f"{said}.{path[0]}")
    reason = f"{said}.{{}} is not given".replace("{}.", "")
    return Open({path[0]: inner}, old.reasons[0] if isinstance(old, Unknown) else reason)


def job_results(needs: Mapping[str, str | None]) -> Mapping[str, Value]:
    """The `needs` context: how each job ended where that is known, and outputs that only the run tells."""
    return {
        job: {
            "result": Unknown((f"how the job {job} ends is not known",)) if result is None else result,
            "outputs": {} if result == "skipped" else Open({}, f"the output {{}} of the job {job} is made by the run"),
        }
        for job, result in needs.items()
    }

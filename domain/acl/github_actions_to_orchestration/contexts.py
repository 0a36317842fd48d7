"""The contexts that expressions look at: filled with what the start of a workflow tells, unknown where it does not.

Source: "Contexts reference", docs.github.com, read 2026-11.
"""

from collections.abc import Iterator, Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_mapping
from domain.acl.github_actions_to_orchestration.evaluation import Pin, Scope
from domain.acl.github_actions_to_orchestration.events import BY_EVENT_ONLY, ON_DEFAULT_BRANCH
from domain.acl.github_actions_to_orchestration.starting import Start
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, named

NAMES = (
    "github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs",
)  # fmt: skip
NOT_GIVEN = "{} is not given"
PULL_REQUEST = 1
"""The number of the pull request: one is as good as another, and they differ only from each other."""


class Open(Mapping[str, Value]):
    """A mapping that knows some keys; every other one is unknown for `reason` (with its whole path put in for {}).

    `where` tells apart what has the same path at two places, such as outputs of jobs of two called workflows.
    """

    def __init__(self, known: Mapping[str, Value], path: str, reason: str, where: str = "") -> None:
        self._known = {name.lower(): value for name, value in known.items()}
        self._path, self._reason, self._where = path, reason, where

    def __getitem__(self, key: str) -> Value:
        known = self._known.get(key.lower(), self)
        path = f"{self._path}.{key}"
        return named(self._reason.format(path), self._where + path) if known is self else known

    def put(self, path: list[str], value: Data) -> "Open":
        """The same with one more value known, as deep as the path says."""
        key, *deeper = path
        inner = self._known.get(key.lower())
        known = {**self._known, key.lower(): _put(inner, deeper, value, f"{self._path}.{key}")}
        return Open(known, self._path, self._reason, self._where)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._known, "…"))  # whoever goes through all of it meets the rest as unknown

    def __len__(self) -> int:
        return len(self._known) + 1


class Situation(msgspec.Struct, frozen=True):
    """Everything that is given about the run: what is empty is not known.

    `given` maps paths such as `vars.RUNNER` to values, and wins.
    """

    start: Start = Start()
    actor: str = ""
    repository: str = ""
    default_branch: str = ""
    fork: bool = False  # a pull request from a fork
    cron: str = ""  # which of its schedules starts it
    inputs: Mapping[str, Data] = {}
    given: Mapping[str, Data] = {}


def root_scope(situation: Situation, workflow: str, inputs: Value, env: Mapping[str, Value] | None = None) -> Scope:
    """The contexts that hold for a whole workflow."""
    pull = situation.start.event in ("pull_request", "pull_request_target")
    no_secrets = situation.fork and situation.start.event == "pull_request"
    secrets: Value = {"GITHUB_TOKEN": Unknown(("secrets.GITHUB_TOKEN is a secret",), truth=True)}
    if not no_secrets:
        secrets = Open(as_mapping(secrets), "secrets", "the secret {} is not given")
    contexts: dict[str, Value] = {name: Unknown((f"the context {name} is not known before the run",)) for name in NAMES}
    contexts |= {
        "github": Open(_github(situation, workflow, pull), "github", "{} is not known before the run"),
        "env": env or {},
        "vars": Open({}, "vars", "the variable {} is not given"),
        "secrets": secrets,
        "inputs": inputs,
        "needs": {},
        "matrix": {},
        "strategy": {"fail-fast": True, "job-index": 0, "job-total": 1, "max-parallel": 1},
    }
    return with_given(Scope(contexts, pins=_facts(situation)), situation.given)


def _facts(situation: Situation) -> dict[str, Pin]:
    """What is known although the values are not: a fork is another repository."""
    if not situation.fork:
        return {}
    pair = min(FORK, "github.repository"), max(FORK, "github.repository")
    return {" == ".join(pair): Pin(False)}


def _or_unknown(value: str, symbol: str, option: str) -> Value:
    return value or named(f"{symbol} is not given ({option})", symbol, truth=True)


def _github(situation: Situation, workflow: str, pull: bool) -> dict[str, Value]:
    start = situation.start
    event, ref = start.event, start.ref
    repository = _repository(situation)
    owner = _owner(situation)
    if event == "workflow_call":  # what the calling workflow was started by
        return {"repository": repository, "repository_owner": owner}
    actor = _or_unknown(situation.actor, "github.actor", "--actor")
    if event == "pull_request":
        full_ref, name = f"refs/pull/{PULL_REQUEST}/merge", f"{PULL_REQUEST}/merge"
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
        "head_ref": _head_ref() if pull else "",
        "actor": actor,
        "triggering_actor": actor,
        "repository": repository,
        "repository_owner": owner,
        "workflow": workflow,
        "run_attempt": "1",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "event": Open(_payload(situation, full_ref), "github.event", "{} is in the event, which is not given"),
    }


FORK = "github.event.pull_request.head.repo.full_name"


def _repository(situation: Situation) -> Value:
    return _or_unknown(situation.repository, "github.repository", "--repository")


def _owner(situation: Situation) -> Value:
    return _or_unknown(situation.repository.partition("/")[0], "github.repository_owner", "--repository")


def _head_ref() -> Value:
    return named("the branch of the pull request is not given", "github.head_ref", truth=True)


def _payload(situation: Situation, full_ref: str) -> dict[str, Value]:
    start = situation.start
    event = start.event
    payload: dict[str, Value] = {key: None for key, carriers in BY_EVENT_ONLY.items() if event not in carriers}
    here = "github.event.repository"
    branch = situation.default_branch or (start.ref if event in ON_DEFAULT_BRANCH else "")
    known: dict[str, Value] = {
        "full_name": _repository(situation),
        "default_branch": _or_unknown(branch, f"{here}.default_branch", "--default-branch"),
        "owner": Open({"login": _owner(situation)}, f"{here}.owner", NOT_GIVEN),
    }
    if situation.repository:
        known["name"] = situation.repository.partition("/")[2]
    payload["repository"] = Open(known, here, NOT_GIVEN)
    if event == "push":
        payload |= {"ref": full_ref, "deleted": False, "base_ref": None}
    if start.activity:
        payload["action"] = start.activity
    elif event in ("push", "schedule", "workflow_dispatch"):
        payload["action"] = None
    if event == "schedule" and situation.cron:
        payload["schedule"] = situation.cron
    if event == "workflow_dispatch":
        payload["inputs"] = dict(situation.inputs)
    if event in ("pull_request", "pull_request_target"):
        payload["number"] = PULL_REQUEST
        payload["pull_request"] = _pull_request(situation)
    return payload


def _pull_request(situation: Situation) -> Value:
    here = "github.event.pull_request"
    full_name = named("the fork that it comes from is not given", FORK) if situation.fork else _repository(situation)
    repo = Open({"full_name": full_name, "fork": situation.fork}, f"{here}.head.repo", NOT_GIVEN)
    head = Open({"ref": _head_ref(), "repo": repo}, f"{here}.head", NOT_GIVEN)
    base_repo = Open({"full_name": _repository(situation)}, f"{here}.base.repo", NOT_GIVEN)
    base = Open({"ref": situation.start.ref, "repo": base_repo}, f"{here}.base", NOT_GIVEN)
    return Open({"head": head, "base": base, "number": PULL_REQUEST}, here, NOT_GIVEN)


def with_given(scope: Scope, given: Mapping[str, Data]) -> Scope:
    """The scope with values put in at dotted paths such as `needs.plan.outputs.matrix`."""
    contexts = dict(scope.contexts)
    for path, value in given.items():
        name, *rest = path.split(".")
        contexts[name.lower()] = _put(contexts.get(name.lower()), rest, value, name)
    return Scope(contexts, scope.status, scope.pins)


def _put(old: Value, path: list[str], value: Data, said: str) -> Value:
    if not path:
        return value
    if isinstance(old, Open):
        return old.put(path, value)
    if isinstance(old, Mapping):
        key = next((name for name in old if name.lower() == path[0].lower()), path[0])
        return {**old, key: _put(old.get(key), path[1:], value, f"{said}.{path[0]}")}
    inner = _put(None, path[1:], value, f"{said}.{path[0]}")
    return Open({path[0]: inner}, said, NOT_GIVEN)


def job_results(needs: Mapping[str, str | None], where: str = "") -> Mapping[str, Value]:
    """The `needs` context: how each job ended where that is known, and outputs that only the run tells.

    How jobs may end is no open question, each end is looked at: it has no name.
    """
    made = "{} is made by the run"
    return {
        job: {
            "result": Unknown((f"how the job {job} ends is not known",)) if result is None else result,
            "outputs": {} if result == "skipped" else Open({}, f"needs.{job}.outputs", made, where),
        }
        for job, result in needs.items()
    }

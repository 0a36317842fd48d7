"""What a workflow file must be like, before anything in it is looked at.

Source: "Workflow syntax for GitHub Actions", docs.github.com, and the public JSON schema of it (SchemaStore), 2026-11.
"""

from collections.abc import Iterator

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, kind, show
from domain.acl.ci_to_orchestration.shapes import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NUMBER,
    OPTIONAL_SCALAR,
    SCALAR,
    Shape,
    deferred,
    either,
    keyed,
    listing,
    matching,
    plain,
    record,
    word,
)
from domain.acl.github_actions_to_orchestration.starting import ON

NAME = r"[_a-zA-Z][a-zA-Z0-9_-]*"
NAME_ALLOWED = "a name of letters, digits, - and _ that begins with a letter or _"
EXPRESSION = matching(r"\s*\$\{\{.*\}\}\s*", "an expression ${{ … }}")
HAS_EXPRESSION = matching(r".*\$\{\{.*\}\}.*", "a text with an expression ${{ … }}")
_FLAG = either(BOOLEAN, EXPRESSION)
_AMOUNT = either(NUMBER, EXPRESSION)
_CONDITION = plain("boolean", "number", "text", "null", allowed="a condition")

ENV = either(keyed(r".*", "a name", OPTIONAL_SCALAR, what="a mapping of names to values"), HAS_EXPRESSION)

_LEVEL = word("read", "write", "none")
_PERMITTED = (
    "actions", "artifact-metadata", "attestations", "checks", "code-quality", "contents", "deployments", "discussions",
    "id-token", "issues", "models", "packages", "pages", "pull-requests", "repository-projects", "security-events",
    "statuses",
)  # fmt: skip
PERMISSIONS = either(
    word("read-all", "write-all"),
    record(
        dict.fromkeys(_PERMITTED, _LEVEL),
        what="a mapping of permissions",
    ),
)  # fmt: skip

DEFAULTS = record(
    {"run": record({"shell": SCALAR, "working-directory": SCALAR}, least=1, what="a mapping with shell")}, least=1
)

CONCURRENCY = either(
    SCALAR,
    record(
        {"group": SCALAR, "cancel-in-progress": _FLAG, "queue": word("single", "max")},
        required=("group",),
        what="a mapping with group and cancel-in-progress",
    ),
)

_CREDENTIALS = record({"username": SCALAR, "password": SCALAR}, what="a mapping with username and password")
_CONTAINER_FIELDS = {
    "image": SCALAR,
    "credentials": either(_CREDENTIALS, EXPRESSION),
    "env": ENV,
    "ports": either(listing(SCALAR, least=1), EXPRESSION),
    "volumes": either(listing(SCALAR, least=1), EXPRESSION),
    "options": SCALAR,
}
_CONTAINER = either(SCALAR, record(_CONTAINER_FIELDS, ("image",), what="a mapping with image"))
_SERVICE = record(
    {**_CONTAINER_FIELDS, "command": SCALAR, "entrypoint": SCALAR}, ("image",), what="a mapping with image"
)

_ENVIRONMENT = either(
    SCALAR,
    record({"name": SCALAR, "url": SCALAR, "deployment": _FLAG}, ("name",), what="a mapping with name and url"),
)

_COMBINATIONS = either(
    EXPRESSION, listing(record({}, extra=ANYTHING, what="a mapping of values, one combination"), least=1)
)
_MATRIX = either(
    EXPRESSION,
    record(
        {"include": _COMBINATIONS, "exclude": _COMBINATIONS},
        extra=either(listing(ANYTHING, least=1), EXPRESSION),
        least=1,
        what="a mapping of axes to lists of values",
    ),
)
_STRATEGY = record(
    {"matrix": _MATRIX, "fail-fast": either(BOOLEAN, HAS_EXPRESSION), "max-parallel": either(NUMBER, HAS_EXPRESSION)},
    what="a mapping with matrix, fail-fast and max-parallel",
)  # without a matrix it changes nothing, but GitHub's own starter workflows have such

_NEEDED = matching(NAME, NAME_ALLOWED)
_NEEDS = either(_NEEDED, listing(_NEEDED, least=1))

_DOING = ("uses", "run", "wait", "wait-all", "cancel", "parallel")


def _does_one_thing(value: Data, path: Path) -> Iterator[Flaw]:
    doing = [name for name in _DOING if name in value]
    if len(doing) != 1:
        yield Flaw(
            path, f"a step with {' and '.join(doing) or 'neither uses nor run'}", "a step with either uses or run"
        )
    for name in ("working-directory", "shell"):
        if name in value and "run" not in value:
            yield Flaw((*path, name), f"{name} without run", f"{name} in a step with run")


_STEP: Shape = record(
    {
        "id": SCALAR,
        "if": _CONDITION,
        "name": OPTIONAL_SCALAR,
        "uses": plain("text"),
        "run": SCALAR,
        "working-directory": SCALAR,
        "shell": SCALAR,
        "with": ENV,
        "env": ENV,
        "continue-on-error": _FLAG,
        "timeout-minutes": _AMOUNT,
        "background": BOOLEAN,
        "wait": either(plain("text"), listing(plain("text"), least=1)),
        "wait-all": either(BOOLEAN, NOTHING),
        "cancel": plain("text"),
        "parallel": listing(deferred("steps", ("mapping",), lambda: _STEP), least=1),
    },
    rules=(_does_one_thing,),
    what="a step: a mapping with uses or run",
)

_RUNS_ON = either(
    plain("text", allowed="a runner label"),
    listing(plain("text", allowed="a runner label"), least=1),
    record(
        {"group": plain("text"), "labels": either(plain("text"), listing(plain("text")))},
        least=1,
        what="a mapping with group and labels",
    ),
)

_SHARED = {
    "name": SCALAR,
    "needs": _NEEDS,
    "permissions": PERMISSIONS,
    "if": _CONDITION,
    "strategy": _STRATEGY,
    "concurrency": CONCURRENCY,
}
_JOB = record(
    {
        **_SHARED,
        "snapshot": either(SCALAR, record({"image-name": SCALAR, "version": SCALAR}, ("image-name",))),
        "runs-on": _RUNS_ON,
        "environment": _ENVIRONMENT,
        "outputs": keyed(r".*", "a name", SCALAR, least=1, what="a mapping of outputs"),
        "env": ENV,
        "defaults": DEFAULTS,
        "steps": listing(_STEP, least=1),
        "timeout-minutes": _AMOUNT,
        "continue-on-error": _FLAG,
        "container": _CONTAINER,
        "services": either(keyed(r".*", "a name", _SERVICE, what="a mapping of services"), EXPRESSION),
    },
    required=("runs-on",),
    what="a job",
)
_CALL = record(
    {
        **_SHARED,
        "uses": matching(
            r"(?:\./)?(?:[^/]+/)+[^/]+\.ya?ml(?:@.+)?",
            "a workflow: ./.github/workflows/FILE.yml or OWNER/REPOSITORY/.github/workflows/FILE.yml@REF",
        ),
        "with": ENV,
        "secrets": either(word("inherit"), ENV),
    },
    required=("uses",),
    what="a job that calls a workflow",
)


def _job(value: Data, path: Path) -> Iterator[Flaw]:
    yield from (_CALL if "uses" in value else _JOB).flaws(value, path)


_WORKFLOW = record(
    {
        "name": OPTIONAL_SCALAR,
        "run-name": SCALAR,
        "on": ON,
        "env": ENV,
        "defaults": DEFAULTS,
        "concurrency": CONCURRENCY,
        "permissions": PERMISSIONS,
        "jobs": keyed(
            NAME, NAME_ALLOWED, Shape(frozenset({"mapping"}), "a job", _job), least=1, what="a mapping of jobs"
        ),
    },
    required=("on", "jobs"),
    what="a workflow",
)


def flaws(document: Data) -> list[Flaw]:
    """Everything by which the document is no workflow, in the order of the file."""
    if kind(document) != "mapping" or not document:
        return [Flaw((), show(document), "a workflow: a mapping with on and jobs")]
    return list(_WORKFLOW.flaws(document, ()))

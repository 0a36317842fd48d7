"""What a GitLab CI file must be like once includes, extends and references are worked out.

Source: "CI/CD YAML syntax reference", docs.gitlab.com, read 2026-11. Scripts and other things that decide neither which
jobs there are nor how they run are only looked at where a slip is likely.
"""

from collections.abc import Iterator, Mapping

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, kind, show
from domain.acl.ci_to_orchestration.shapes import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NUMBER,
    SCALAR,
    TEXT,
    either,
    keyed,
    listing,
    plain,
    record,
    word,
)

GLOBALS = (
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
    "after_script", "spec", "types",
)  # fmt: skip
"""Top-level keys that are no jobs. `pages` is a job."""

DEFAULTABLE = (
    "after_script", "artifacts", "before_script", "cache", "hooks", "id_tokens", "image", "interruptible", "retry",
    "services", "tags", "timeout",
)  # fmt: skip

WHEN = word("on_success", "on_failure", "always", "manual", "delayed", "never")
_TEXTS = either(SCALAR, listing(either(SCALAR, plain("list")), least=0))
_IMAGE = either(TEXT, record({"name": TEXT}, ("name",), extra=ANYTHING, what="a mapping with name"))
_SERVICES = listing(_IMAGE)
_EXIT_CODES = either(NUMBER, listing(NUMBER, least=1))
_ALLOW_FAILURE = either(BOOLEAN, record({"exit_codes": _EXIT_CODES}, ("exit_codes",), what="a mapping of exit_codes"))
_VARIABLE = either(
    plain("text", "number", "boolean", "null", allowed="a value"),
    record({"value": SCALAR, "description": SCALAR, "options": listing(SCALAR), "expand": BOOLEAN}, what="a variable"),
)
VARIABLES = keyed(r".*", "a name", _VARIABLE, what="a mapping of variables")
_PATHS = either(
    listing(TEXT),
    record({"paths": listing(TEXT), "compare_to": TEXT, "project": TEXT, "ref": TEXT}, ("paths",), what="paths"),
)
_RULE = record(
    {
        "if": SCALAR,
        "changes": _PATHS,
        "exists": _PATHS,
        "when": WHEN,
        "allow_failure": _ALLOW_FAILURE,
        "start_in": TEXT,
        "variables": VARIABLES,
        "needs": ANYTHING,
        "interruptible": BOOLEAN,
        "auto_cancel": ANYTHING,
    },
    what="a rule: a mapping with if, changes, exists or when",
)
RULES = listing(_RULE)
_POLICY = either(
    listing(TEXT),
    TEXT,
    record(
        {"refs": either(listing(TEXT), TEXT), "variables": listing(TEXT), "changes": listing(TEXT), "kubernetes": TEXT},
        what="a mapping with refs, variables and changes",
    ),
)
_CAUSES = word(
    "always", "unknown_failure", "script_failure", "api_failure", "stuck_or_timeout_failure", "runner_system_failure",
    "runner_unsupported", "stale_schedule", "job_execution_timeout", "archived_failure", "unmet_prerequisites",
    "scheduler_failure", "data_integrity_failure",
)  # fmt: skip


def _retries(value: Data, path: Path) -> Iterator[Flaw]:
    most = value.get("max", 0) if isinstance(value, Mapping) else value
    if kind(most) == "number" and most not in (0, 1, 2):
        yield Flaw(path, show(most), "0, 1 or 2 retries")


_RETRY = either(
    NUMBER,
    record(
        {"max": NUMBER, "when": either(_CAUSES, listing(_CAUSES)), "exit_codes": _EXIT_CODES},
        rules=(_retries,),
        what="a mapping with max and when",
    ),
)
_NEED = either(
    TEXT,
    record(
        {
            "job": TEXT, "optional": BOOLEAN, "artifacts": BOOLEAN, "pipeline": TEXT, "project": TEXT, "ref": TEXT,
            "parallel": record({"matrix": listing(plain("mapping"), least=1)}, ("matrix",), what="a matrix"),
        },
        what="a mapping with job",
    ),
)  # fmt: skip
_PARALLEL = either(
    NUMBER,
    record(
        {"matrix": listing(keyed(r".*", "a name", either(SCALAR, listing(SCALAR, least=1)), least=1), least=1)},
        ("matrix",),
        what="a mapping with matrix",
    ),
)


def _does_something(value: Data, path: Path) -> Iterator[Flaw]:
    if not {"script", "run", "trigger"} & set(value):
        yield Flaw(path, "a job without script", "a job with script, run or trigger (or a name with . in front)")
    if "rules" in value:
        for name in ("only", "except"):
            if name in value:
                yield Flaw((*path, name), f"{name} beside rules", "one of them")
    if value.get("when") == "delayed" and "start_in" not in value:
        yield Flaw((*path, "when"), "delayed without start_in", "a duration in start_in")


_NOT_LOOKED_AT = (
    "coverage", "release", "secrets", "id_tokens", "pages", "publish", "hooks", "identity", "run",
    "dast_configuration", "manual_confirmation", "inputs",
)  # fmt: skip
_SCRIPT = either(TEXT, listing(either(plain("text", "number", "boolean"), plain("list")), least=0))
JOB_FIELDS = {
        "script": _SCRIPT,
        "before_script": _SCRIPT,
        "after_script": _SCRIPT,
        "stage": TEXT,
        "needs": either(listing(_NEED), record({"pipeline": TEXT}, what="a pipeline")),
        "dependencies": listing(TEXT),
        "rules": RULES,
        "only": _POLICY,
        "except": _POLICY,
        "when": WHEN,
        "start_in": TEXT,
        "allow_failure": _ALLOW_FAILURE,
        "parallel": _PARALLEL,
        "retry": either(_RETRY, NOTHING),
        "timeout": TEXT,
        "tags": either(listing(TEXT), TEXT),
        "variables": VARIABLES,
        "image": _IMAGE,
        "services": _SERVICES,
        "interruptible": BOOLEAN,
        "resource_group": TEXT,
        "environment": either(TEXT, plain("mapping")),
        "trigger": either(TEXT, plain("mapping")),
        "inherit": record({"default": ANYTHING, "variables": ANYTHING}, what="a mapping with default and variables"),
        "artifacts": either(plain("mapping"), NOTHING),
        "cache": either(plain("mapping"), plain("list"), NOTHING),
        "extends": either(TEXT, listing(TEXT)),
        **dict.fromkeys(_NOT_LOOKED_AT, ANYTHING),
}  # fmt: skip
JOB = record(
    JOB_FIELDS,
    rules=(_does_something, lambda value, path: _retries(value.get("retry"), (*path, "retry"))),
    what="a job",
)
DEFAULT = record(
    {name: JOB_FIELDS[name] for name in DEFAULTABLE},
    rules=(lambda value, path: _retries(value.get("retry"), (*path, "retry")),),
    what="a mapping of what jobs have unless they say otherwise",
)
STAGES = listing(TEXT)
_AUTO_CANCEL = record(
    {"on_new_commit": word("conservative", "interruptible", "none"), "on_job_failure": word("none", "all")},
    what="a mapping with on_new_commit and on_job_failure",
)
WORKFLOW = record({"rules": RULES, "name": TEXT, "auto_cancel": _AUTO_CANCEL}, what="a mapping with rules and name")
GLOBAL_SHAPES = {
    "stages": STAGES,
    "types": STAGES,
    "variables": VARIABLES,
    "workflow": WORKFLOW,
    "default": DEFAULT,
    **{name: JOB_FIELDS[name] for name in ("image", "services", "cache", "before_script", "after_script")},
}
"""Top-level keys that are no jobs, and what each must be like."""

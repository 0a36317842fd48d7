"""What becomes of every keyword of a GitLab CI file.

Source: "CI/CD YAML syntax reference", docs.gitlab.com, read 2026-11.
"""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.vocabulary import vocabulary

_TRANSLATED = {
    "": "stage script before_script after_script run extends inherit variables needs rules only except when"
    " start_in allow_failure parallel retry timeout tags interruptible resource_group image services"
    " environment trigger cache artifacts dependencies",
    "allow_failure": "exit_codes",
    "artifacts": "paths untracked",
    "cache": "key paths untracked fallback_keys",
    "environment": "name",
    "except": "refs variables changes kubernetes",
    "image": "name",
    "include": "local remote template project file ref component rules inputs",
    "inherit": "default variables",
    "needs": "job optional pipeline project parallel",
    "only": "refs variables changes kubernetes",
    "parallel": "matrix",
    "retry": "max when exit_codes",
    "rules": "if changes exists when allow_failure start_in variables needs interruptible",
    "rules:changes": "paths",
    "rules:exists": "paths",
    "services": "name",
    "spec": "inputs",
    "trigger": "include project strategy",
    "workflow": "name rules auto_cancel",
    "workflow:auto_cancel": "on_new_commit",
}
"""Read by this package."""

_OF_RULES = "auto_cancel of a rule: a newer pipeline does to this one what the workflow itself says"

NOT_MODELLED: Mapping[str, str] = {
    "artifacts:expire_in": "expire_in: artifacts are kept to the end of the run",
    "artifacts:when": "when of artifacts: they are kept when the job succeeds",
    "artifacts:exclude": "exclude of artifacts",
    "cache:policy": "policy of a cache: a job that restores it saves it, too",
    "cache:when": "when of a cache: it is saved when the job succeeds",
    "cache:unprotect": "unprotect of a cache: all jobs share it",
    "environment:on_stop": "on_stop: nothing stops an environment",
    "environment:auto_stop_in": "auto_stop_in: nothing stops an environment",
    "environment:action": "the action on an environment: it is a job like any other",
    "rules:auto_cancel": _OF_RULES,
    "rules:changes:compare_to": "compare_to: what changed is what --changed says",
    "rules:exists:project": "another project: what there is is what --existing says",
    "secrets": "secrets: they are fetched in no time",
    "trigger:branch": "the ref of the other pipeline",
    "trigger:forward": "variables that are handed on to the other pipeline",
    "trigger:inputs": "inputs of the other pipeline",
    "workflow:auto_cancel:on_job_failure": "on_job_failure: the other jobs go on when one fails",
}  # fmt: skip
"""There, and told to change nothing in a simulation."""

_NO_EFFECT = {
    "": "coverage release hooks identity id_tokens pages publish dast_configuration manual_confirmation inputs",
    "artifacts": "expose_as name public access reports",
    "environment": "url deployment_tier kubernetes",
    "image": "entrypoint docker kubernetes pull_policy",
    "include": "integrity cache",
    "needs": "artifacts ref",
    "rules:exists": "ref",
    "services": "alias entrypoint command docker kubernetes pull_policy variables",
}
"""Only what a job does, or what people see of it; details of what is told already."""

_DEFAULT = {
    "artifacts:when": "on_success", "cache:policy": "pull-push", "cache:when": "on_success",
    "environment:action": "start", "workflow:auto_cancel:on_job_failure": "none",
}  # fmt: skip

KEYWORDS = vocabulary(_TRANSLATED, NOT_MODELLED, _NO_EFFECT, same={"workflow:rules": "rules"}, default=_DEFAULT)

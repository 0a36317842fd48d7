"""From a resolved configuration to the jobs of one pipeline, and what each waits for."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, as_list, as_mapping, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, ImportedJob, Notes
from domain.acl.gitlab_ci_to_orchestration import fields, storing
from domain.acl.gitlab_ci_to_orchestration.assumptions import Assumptions
from domain.acl.gitlab_ci_to_orchestration.fields import Reader
from domain.acl.gitlab_ci_to_orchestration.keywords import KEYWORDS
from domain.acl.gitlab_ci_to_orchestration.resolving import Resolver
from domain.acl.gitlab_ci_to_orchestration.retries import retries
from domain.acl.gitlab_ci_to_orchestration.rules import Judge
from domain.acl.gitlab_ci_to_orchestration.situation import MERGE_REQUEST, Situation, declared, lookup_in
from domain.acl.gitlab_ci_to_orchestration.structure import DEFAULTABLE, GLOBALS, JOB
from domain.acl.gitlab_ci_to_orchestration.waiting import Included, needed_by, waiting
from domain.orchestration.terms import Condition

DEFAULT_STAGES = ("build", "test", "deploy")
MOST_JOBS = 5_000
_CONDITIONS: dict[str, Condition] = {"on_failure": "failure", "always": "completed"}


class Pipeline:
    """Makes the jobs of one pipeline; flaws and findings go to the notes."""

    def __init__(
        self, config: Mapping[str, Data], resolver: Resolver, situation: Situation, notes: Notes,
        variables: Mapping[str, str | None], assumptions: Assumptions, play_manual: bool,
    ) -> None:  # fmt: skip
        self._config = config
        self._resolver = resolver
        self._situation = situation
        self._notes = notes
        self._variables = variables
        self._assumptions = assumptions
        self._play_manual = play_manual
        self._for_people: list[str] = []  # jobs that a person would have to start
        stages = [scalar_text(stage) for stage in as_list(config.get("stages", config.get("types")))]
        self._stages = list(dict.fromkeys([".pre", *(stages or DEFAULT_STAGES), ".post"]))

    def jobs(self) -> list[ImportedJob]:
        """In the order of stages, then of the file."""
        names = [name for name in self._config if name not in GLOBALS and not name.startswith(".")]
        included: dict[str, Included] = {}
        for name in names:
            file, path = self._resolver.place(name)
            for flaw in JOB.flaws(self._config[name], path):
                self._notes.refuse(file, flaw.path, flaw.found, flaw.allowed)
        if self._notes.flaws:
            return []
        for name in names:
            if (job := self._included(name)) is not None:
                included[name] = job
        self._without_people(included)
        if sum(len(job.made) for job in included.values()) > MOST_JOBS:
            file, path = self._resolver.place(names[-1])
            self._notes.refuse(file, path, f"more than {MOST_JOBS:,} jobs", "fewer")
            return []
        ordered = sorted(included.values(), key=lambda job: self._stages.index(job.stage))
        if all(job.stage in (".pre", ".post") for job in ordered):
            return []  # GitLab makes no pipeline of these alone
        return waiting(ordered, included, self._stages, names, self._notes)

    def _without_people(self, included: dict[str, Included]) -> None:
        """Leaves out what needs a job that nobody starts."""
        if not self._for_people:
            return
        needing: dict[str, list[str]] = {}
        for name, job in included.items():
            for need in needed_by(job):
                needing.setdefault(need, []).append(name)
        blocked = list(self._for_people)
        for by in blocked:  # grows
            for name in needing.get(by, ()):
                if (left := included.pop(name, None)) is not None:
                    text = f"{name}: needs {by}, which waits for a person"
                    self._notes.left_out(left.reader.file, left.reader.path, text)
                    blocked.append(name)

    def _defaults(self, job: Mapping[str, Data]) -> dict[str, Data]:
        """The job with what it leaves to `default` (or to the old global keys)."""
        inherit = as_mapping(job.get("inherit")).get("default", True)
        default = as_mapping(self._config.get("default"))
        found = dict(job)
        for name in DEFAULTABLE:
            if name not in found and (inherit is True or (isinstance(inherit, list) and name in inherit)):
                value = default.get(name, self._config.get(name))
                if value is not None:
                    found[name] = value
        return found

    def _inherited(self, job: Mapping[str, Data]) -> dict[str, str | None]:
        """Variables of the file that the job takes over, and all that are not of the file."""
        wanted = as_mapping(job.get("inherit")).get("variables", True)
        if wanted is True:
            return dict(self._variables)
        names = as_list(wanted) if isinstance(wanted, list) else []
        dropped = {one for one in declared(self._config.get("variables")) if one not in names}
        return {name: value for name, value in self._variables.items() if name not in dropped}

    def _included(self, name: str) -> Included | None:
        file, path = self._resolver.place(name)
        job = self._defaults(self._config[name])
        stage = scalar_text(job.get("stage", "test"))
        if stage not in self._stages:
            self._notes.refuse(file, (*path, "stage"), f"no stage {show(stage)}", f"stages: {listed(self._stages)}")
            return None
        variables = {
            **self._inherited(job),
            "CI_JOB_NAME": name,
            "CI_JOB_STAGE": stage,
            **declared(job.get("variables")),
            **self._situation.variables,  # what is given for the pipeline wins over what the file says
        }
        reader = Reader(job, file, path, variables, self._notes)
        rule = self._rule(reader)
        if rule is None:
            self._notes.left_out(file, path, f"{name}: its rules leave it out")
            return None
        reader = msgspec.structs.replace(reader, variables={**variables, **declared(rule.get("variables"))})
        when = scalar_text(rule.get("when", job.get("when", "on_success")))
        manual_by_rule = when == "manual" and "when" in rule
        allow = rule.get("allow_failure", job.get("allow_failure"))
        optional = fields.allow_failure(reader, allow, when == "manual" and not manual_by_rule)
        if when == "never":
            self._notes.left_out(file, path, f"{name}: when is never")
            return None
        if when == "manual" and not self._play_manual:
            if optional:
                self._notes.left_out(
                    file, path, f"{name}: waits for a person, and the pipeline does not wait for it (--play-manual)"
                )
                self._for_people.append(name)
                return None
            self._notes.unknown(file, path, f"{name} waits for a person: taken to be started at once")
        KEYWORDS.report(self._config[name], file, path, self._notes)
        return Included(name, stage, reader, when, rule, self._made(name, reader, rule, when, optional))

    def _rule(self, reader: Reader) -> Mapping[str, Data] | None:
        """The rule by which the job is in, empty where none is asked; None where it is out."""
        noted: set[str] = set()

        def unset(variable: str) -> None:
            if variable not in noted:
                noted.add(variable)
                where = next((key for key in ("rules", "only", "except") if key in reader.job), "")
                reader.unknown(where, f"the variable {variable} is not given: taken to be unset")

        lookup = lookup_in(reader.variables, unset, self._situation.source == MERGE_REQUEST)
        judge = Judge(self._situation, self._notes, reader.file, lookup, self._assumptions)
        if "rules" in reader.job:
            verdict = judge.by_rules(as_list(reader.job["rules"]), (*reader.path, "rules"))
            return verdict.rule if verdict.included else None
        only, without = reader.job.get("only"), reader.job.get("except")
        workflow_rules = as_mapping(self._config.get("workflow")).get("rules") is not None
        if only is None and not workflow_rules:
            only = ["branches", "tags"]
        return {} if judge.by_policies(only, without, reader.path) else None

    def _made(
        self, name: str, reader: Reader, rule: Mapping[str, Data], when: str, optional: bool
    ) -> tuple[ImportedJob, ...]:
        again = retries(reader)
        delay = fields.start_in_us(reader, rule.get("start_in", reader.job.get("start_in"))) if when == "delayed" else 0
        trigger = reader.job.get("trigger")
        if trigger is not None:
            what = show(trigger) if isinstance(trigger, str) else listed(as_mapping(trigger))
            waits = isinstance(trigger, Mapping) and trigger.get("strategy") in ("depend", "mirror")
            taken = "" if waits else ", and to be waited for, although GitLab does not wait for it"
            reader.unknown("trigger", f"{name} starts another pipeline ({what}): taken to be one job{taken}")
        made = []
        for copy, values in fields.copies(reader, name):
            here = msgspec.structs.replace(reader, variables={**reader.variables, **dict(values)})
            group = here.text(reader.job.get("resource_group"))
            fields.told_if_open(here, "resource_group", group)
            made.append(
                ImportedJob(
                    name=copy,
                    source=name,
                    file=reader.file,
                    path=reader.path,
                    runs_on=fields.tags(here) if trigger is None else (UNKNOWN_RUNNER,),
                    timeout_us=fields.timeout_us(here),
                    condition=_CONDITIONS.get(when, "success"),
                    allow_failure=optional,
                    matrix=values,
                    resource_group=group,
                    interruptible=bool(rule.get("interruptible", reader.job.get("interruptible", False))),
                    user_retries=again.user,
                    infra_retries=again.infra,
                    timeout_retries=again.timeout,
                    manual=when == "manual",
                    delay_us=delay,
                    environment=fields.environment(here),
                    image=fields.image(here, reader.job.get("image")) if trigger is None else "",
                    services=tuple(fields.image(here, one) for one in as_list(reader.job.get("services")))
                    if trigger is None
                    else (),
                    steps=fields.steps(here),
                    content_known=trigger is None,
                    caches=storing.caches(here) if trigger is None else (),
                    uploads=storing.uploads(here, copy) if trigger is None else (),
                )
            )
        return tuple(made)

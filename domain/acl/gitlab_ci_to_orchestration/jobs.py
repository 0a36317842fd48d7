"""From a resolved configuration to the jobs of one pipeline, and what each waits for."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import UNKNOWN_RUNNER, ImportedJob, Notes
from domain.acl.gitlab_ci_to_orchestration import fields
from domain.acl.gitlab_ci_to_orchestration.fields import Reader
from domain.acl.gitlab_ci_to_orchestration.resolving import Resolver
from domain.acl.gitlab_ci_to_orchestration.rules import Judge
from domain.acl.gitlab_ci_to_orchestration.situation import MERGE_REQUEST, Situation, declared, lookup_in
from domain.acl.gitlab_ci_to_orchestration.structure import DEFAULTABLE, GLOBALS, JOB
from domain.orchestration.terms import Condition

DEFAULT_STAGES = ("build", "test", "deploy")
MOST_JOBS = 5_000
MOST_NEEDS = 500_000
"""Pairs of a job and one that it needs, in all."""
_CONDITIONS: dict[str, Condition] = {"on_failure": "failure", "always": "completed"}


class _Included(msgspec.Struct, frozen=True):
    """A job that is in the pipeline, before it is known what it waits for."""

    name: str
    stage: str
    reader: Reader
    when: str
    rule: Mapping[str, Data]
    made: tuple[ImportedJob, ...]


class Pipeline:
    """Makes the jobs of one pipeline; flaws and findings go to the notes."""

    def __init__(
        self, config: Mapping[str, Data], resolver: Resolver, situation: Situation, notes: Notes,
        variables: Mapping[str, str | None], assume: bool, play_manual: bool,
    ) -> None:  # fmt: skip
        self._config = config
        self._resolver = resolver
        self._situation = situation
        self._notes = notes
        self._variables = variables
        self._assume = assume
        self._play_manual = play_manual
        self._needs = 0
        stages = [scalar_text(stage) for stage in as_list(config.get("stages", config.get("types")))]
        self._stages = list(dict.fromkeys([".pre", *(stages or DEFAULT_STAGES), ".post"]))

    def jobs(self) -> list[ImportedJob]:
        """In the order of stages, then of the file."""
        names = [name for name in self._config if name not in GLOBALS and not name.startswith(".")]
        included: dict[str, _Included] = {}
        for name in names:
            file, path = self._resolver.place(name)
            for flaw in JOB.flaws(self._config[name], path):
                self._notes.refuse(file, flaw.path, flaw.found, flaw.allowed)
        if self._notes.flaws:
            return []
        for name in names:
            if (job := self._included(name)) is not None:
                included[name] = job
        if sum(len(job.made) for job in included.values()) > MOST_JOBS:
            file, path = self._resolver.place(names[-1])
            self._notes.refuse(file, path, f"more than {MOST_JOBS:,} jobs", "fewer")
            return []
        ordered = sorted(included.values(), key=lambda job: self._stages.index(job.stage))
        if all(job.stage in (".pre", ".post") for job in ordered):
            return []  # GitLab makes no pipeline of these alone
        return [made for job in ordered for made in self._waiting(job, included, names)]

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

    def _included(self, name: str) -> _Included | None:
        file, path = self._resolver.place(name)
        job = self._defaults(self._config[name])
        stage = scalar_text(job.get("stage", "test"))
        if stage not in self._stages:
            self._notes.refuse(file, (*path, "stage"), f"no stage {show(stage)}", f"stages: {listed(self._stages)}")
            return None
        variables = {**self._variables, **declared(job.get("variables"))}
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
                self._notes.left_out(file, path, f"{name}: waits for a person, and the pipeline does not wait for it")
                return None
            self._notes.unknown(file, path, f"{name} waits for a person: taken to be started at once")
        return _Included(name, stage, reader, when, rule, self._made(name, reader, rule, when, optional))

    def _rule(self, reader: Reader) -> Mapping[str, Data] | None:
        """The rule by which the job is in, empty where none is asked; None where it is out."""
        noted: set[str] = set()

        def unset(variable: str) -> None:
            if variable not in noted:
                noted.add(variable)
                where = next((key for key in ("rules", "only", "except") if key in reader.job), "")
                reader.unknown(where, f"the variable {variable} is not given: taken to be unset")

        lookup = lookup_in(reader.variables, unset, self._situation.source == MERGE_REQUEST)
        judge = Judge(self._situation, self._notes, reader.file, lookup, self._assume)
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
        user, infra = fields.retries(reader)
        delay = fields.start_in_us(reader, rule.get("start_in", reader.job.get("start_in"))) if when == "delayed" else 0
        trigger = reader.job.get("trigger")
        if trigger is not None:
            what = show(trigger) if isinstance(trigger, str) else listed(as_mapping(trigger))
            reader.unknown("trigger", f"{name} starts another pipeline ({what}): taken to be one job")
        made = []
        for copy, values in fields.copies(reader, name):
            here = msgspec.structs.replace(reader, variables={**reader.variables, **dict(values)})
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
                    resource_group=here.text(reader.job.get("resource_group")),
                    interruptible=bool(rule.get("interruptible", reader.job.get("interruptible", False))),
                    user_retries=user,
                    infra_retries=infra,
                    manual=when == "manual",
                    delay_us=delay,
                    environment=fields.environment(here),
                    image=fields.image(here, reader.job.get("image")),
                    services=tuple(fields.image(here, one) for one in as_list(reader.job.get("services"))),
                    steps=fields.steps(here),
                    content_known=trigger is None,
                )
            )
        return tuple(made)

    def _waiting(self, job: _Included, included: Mapping[str, _Included], names: list[str]) -> list[ImportedJob]:
        """The job's copies with what they need: what `needs` says, else everything of the stages before."""
        written = job.rule.get("needs", job.reader.job.get("needs"))
        if written is None or isinstance(written, Mapping):
            mine = self._stages.index(job.stage)
            before = [one for one in included.values() if self._stages.index(one.stage) < mine]
            # One that is there for failures is skipped when all is well, and that must not skip what comes after it.
            needs = [
                made.name
                for one in before
                for made in one.made
                if made.condition != "failure" or job.when == "on_failure"
            ]
        else:
            needs = self._named(written, job, included, names)
        self._needs += len(needs) * len(job.made)
        if self._needs > MOST_NEEDS:
            job.reader.refuse("needs", f"more than {MOST_NEEDS:,} needs", "fewer in all")
            needs = []
        return [msgspec.structs.replace(made, needs=tuple(dict.fromkeys(needs))) for made in job.made]

    def _named(self, written: Data, job: _Included, included: Mapping[str, _Included], names: list[str]) -> list[str]:
        found: list[str] = []
        for index, one in enumerate(as_list(written)):
            path: Path = (*job.reader.path, "needs", index)
            about: Mapping[str, Data] = one if isinstance(one, Mapping) else {"job": one}
            target = scalar_text(about.get("job"))
            if "pipeline" in about or "project" in about:
                text = f"{target or 'a need'} is in another pipeline: not waited for"
                self._notes.unknown(job.reader.file, path, text)
            elif target in included:
                wanted = as_mapping(about.get("parallel")).get("matrix")
                found += _copies(included[target], wanted)
            elif not about.get("optional"):
                there = "which is not in this pipeline" if target in names else "which is not in the file"
                allowed = f"jobs of this pipeline: {listed(included)} (or optional: true)"
                self._notes.refuse(job.reader.file, path, f"the job {show(target)}, {there}", allowed)
        return found


def _copies(job: _Included, matrix: Data) -> list[str]:
    if matrix is None:
        return [made.name for made in job.made]
    wanted = [dict(one) for one in fields.combinations(matrix)]
    return [made.name for made in job.made if any(one.items() <= dict(made.matrix).items() for one in wanted)]

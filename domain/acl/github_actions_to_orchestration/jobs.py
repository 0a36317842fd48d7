"""Walks through the jobs of a workflow, and of the workflows that it calls, in an order in which needs come first."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import (
    UNKNOWN_RUNNER,
    FileFlaw,
    ImportedJob,
    Notes,
)
from domain.acl.github_actions_to_orchestration import fields, steps
from domain.acl.github_actions_to_orchestration.assumptions import Assumptions
from domain.acl.github_actions_to_orchestration.conditions import Ancestors, judge
from domain.acl.github_actions_to_orchestration.contexts import Open, Situation, job_results, root_scope, with_given
from domain.acl.github_actions_to_orchestration.evaluation import Scope
from domain.acl.github_actions_to_orchestration.expressions import SyntaxFlaw
from domain.acl.github_actions_to_orchestration.fields import Reader
from domain.acl.github_actions_to_orchestration.inputs import declared_inputs
from domain.acl.github_actions_to_orchestration.matrices import Combination, combinations, scalars, shown
from domain.acl.github_actions_to_orchestration.places import flaws as misplaced
from domain.acl.github_actions_to_orchestration.references import asked_for
from domain.acl.github_actions_to_orchestration.starting import events
from domain.acl.github_actions_to_orchestration.structure import flaws
from domain.acl.github_actions_to_orchestration.texts import fill
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, has_unknown
from domain.acl.github_actions_to_orchestration.verdict_words import assumed, why_not
from domain.orchestration.terms import Condition
from domain.shared.units import MINUTE_US

DEEPEST_CALL = 10
"""Workflows that call each other in a row (docs.github.com, "Reusing workflows", read 2026-11)."""
MOST_CALLS = 500
MOST_JOBS = 5_000
MOST_NEEDS = 500_000
"""Pairs of a job and one that it needs."""
LONGEST_NAME = 110


class Calling(msgspec.Struct, frozen=True):
    """Where a called workflow stands: before its jobs' names, and what its first jobs wait for and when they run."""

    prefix: str = ""
    needs: tuple[str, ...] = ()
    condition: Condition = "success"
    files: tuple[str, ...] = ()  # the workflows that are being called, to see a circle
    source: str = ""  # as `prefix`, without the values of matrices

    @property
    def where(self) -> str:
        """Tells what has the same path in several called workflows apart."""
        return f"{self.prefix.removesuffix(' / ')}: " if self.prefix else ""


class Walk:
    """Collects `jobs`; what is wrong or unknown goes to the notes."""

    def __init__(self, situation: Situation, files: Mapping[str, Data], notes: Notes, assumptions: Assumptions) -> None:
        self.jobs: list[ImportedJob] = []
        self._situation = situation
        self._files = files
        self._notes = notes
        self._assumptions = assumptions
        self._names: set[str] = set()
        self._counted: set[str] = set()  # files whose questions are counted
        self._flawed: dict[str, bool] = {}  # called workflow → whether its structure is wrong
        self._needs = 0
        self._calls = 0
        self._full = False  # a limit was passed: what is left is not looked at

    def workflow(self, document: Data, file: str, inputs: Value, calling: Calling) -> list[str]:
        """Add the jobs of a workflow of the right structure; gives their names."""
        if file not in self._counted:
            self._counted.add(file)
            self._assumptions.votes += asked_for(document)
        bare = root_scope(self._situation, scalar_text(document.get("name")) or file, inputs)
        env = self._env(document.get("env"), bare)
        scope = root_scope(self._situation, scalar_text(document.get("name")) or file, inputs, env)
        made: dict[str, list[str]] = {}
        waited: dict[str, tuple[str, ...]] = {}
        skipped_before: dict[str, bool] = {}
        for id, job in self._in_order(document["jobs"], file):
            needs = [str(need) for need in as_list(job.get("needs"))]
            skipped = frozenset(need for need in needs if not made[need])
            waits_for = tuple(dict.fromkeys(name for need in needs for name in made[need] or waited[need]))
            waited[id] = waits_for  # a job that is skipped is so only when what it needs has ended
            before = Ancestors(
                needs,
                skipped,
                any_skipped=bool(skipped) or any(skipped_before[need] for need in needs),
                any_running=bool(waits_for),
                where=calling.where,
            )
            skipped_before[id] = before.any_skipped
            here = Calling(calling.prefix, waits_for, "success", calling.files, calling.source)
            if not waits_for:
                here = calling
            made[id] = self._job(id, job, file, scope, env, before, here, bool(waits_for))
            if self._full:
                break
            if len(self.jobs) > MOST_JOBS or self._needs > MOST_NEEDS:
                allowed = f"a workflow of at most {MOST_JOBS:,} jobs and {MOST_NEEDS:,} needs"
                self._notes.refuse(file, ("jobs", id), f"{len(self.jobs):,} jobs and {self._needs:,} needs", allowed)
                self._full = True
                break
        return [name for names in made.values() for name in names]

    def _in_order(self, jobs: Mapping[str, Data], file: str) -> Iterator[tuple[str, Data]]:
        """Jobs after their needs, else as in the file; those that cannot be ordered are flaws."""
        for id, job in jobs.items():
            for index, need in enumerate(as_list(job.get("needs"))):
                if need not in jobs:
                    where: Path = ("jobs", id, "needs", *((index,) if isinstance(job["needs"], list) else ()))
                    self._notes.refuse(file, where, f"no job {show(need)}", f"jobs: {listed(jobs)}")
                    return
        order = TopologicalSorter({id: as_list(job.get("needs")) for id, job in jobs.items()})
        try:
            order.prepare()
        except CycleError as error:
            circle = error.args[1]
            allowed = "needs that end at a job without needs"
            self._notes.refuse(file, ("jobs", circle[0], "needs"), f"the circle {listed(circle)}", allowed)
            return
        place = {id: index for index, id in enumerate(jobs)}
        while order.is_active():
            ready = sorted(order.get_ready(), key=place.__getitem__)
            for id in ready:
                yield id, jobs[id]
            order.done(*ready)

    def _job(
        self, id: str, job: Data, file: str, scope: Scope, env: Mapping[str, Value], before: Ancestors,
        calling: Calling, inner: bool,
    ) -> list[str]:  # fmt: skip
        path: Path = ("jobs", id)
        given = self._situation.given
        try:
            verdict = judge(job.get("if"), scope, before, given, self._assumptions)
        except SyntaxFlaw as flaw:
            self._notes.refuse(file, (*path, "if"), str(flaw), "an expression that GitHub can evaluate")
            return []
        name = f"{calling.prefix}{id}"
        if verdict.reasons:
            self._notes.unknown(file, (*path, "if"), f"{'; '.join(verdict.reasons)}: {name} {assumed(verdict)}")
        if verdict.condition is None:
            why = why_not(job, before, verdict)
            self._notes.left_out(file, (*path, "if") if "if" in job else path, f"{name}: {why}")
            return []
        condition = verdict.condition if inner or calling.condition == "success" else calling.condition
        scope = with_given(scope.with_contexts(needs=job_results(before.results("success")[0], before.where)), given)
        strategy = as_mapping(job.get("strategy"))
        reader = Reader(file, scope, self._notes, self._assumptions)
        here: Path = (*path, "strategy")
        found: list[Combination] | None = [{}]
        if "matrix" in strategy:
            found = combinations(reader, strategy["matrix"], (*here, "matrix"))
        limits = (
            fields.flag(reader, strategy.get("fail-fast"), (*here, "fail-fast"), True),
            fields.max_parallel(reader, strategy.get("max-parallel"), (*here, "max-parallel")),
        )
        total = 1 if found is None else len(found)
        names: list[str] = []
        for index, one in enumerate([{}] if found is None else found):
            if self._full:
                break
            matrix: Value = dict(one)
            if found is None:
                matrix = Open({}, "matrix", "{} is not known before the run", f"{calling.prefix}{id}: ")
            around: Value = {
                "fail-fast": limits[0], "job-index": index, "job-total": total, "max-parallel": limits[1] or total,
            }  # fmt: skip
            inside = with_given(scope.with_contexts(matrix=matrix, strategy=around), given)
            values = ", ".join(text for value in one.values() for text in scalars(value))
            title = f"{calling.prefix}{id}" + (f" ({values})" if values else "")
            reader = reader.within(inside)
            at = Calling(title, calling.needs, condition, calling.files, f"{calling.source}{id}")
            if "uses" in job:
                names += self._call(job, path, reader, at)
            else:
                group = f"{calling.prefix}{id}" if "matrix" in strategy else ""
                names.append(self._plain(job, path, reader, env, at, group, limits, one))
        return names

    def _plain(
        self, job: Data, path: Path, reader: Reader, env: Mapping[str, Value], at: Calling, group: str,
        limits: tuple[bool, int], combination: Combination,
    ) -> str:  # fmt: skip
        own_env = self._env(job.get("env"), reader.scope.with_contexts(env=env))
        labels = fields.runs_on(reader, job.get("runs-on"), (*path, "runs-on"))
        here = steps.runner(labels, f"{at.prefix}: ")
        stepping = reader.within(reader.scope.with_contexts(env={**env, **own_env}, runner=here))
        doing = steps.read(stepping, job.get("steps"), (*path, "steps"))
        concurrency, cancel = fields.concurrency(reader, job.get("concurrency"), (*path, "concurrency"))
        allow = fields.flag(reader, job.get("continue-on-error"), (*path, "continue-on-error"), False)
        services = as_mapping(job.get("services"))
        return self._add(
            ImportedJob(
                name=at.prefix,
                source=at.source,
                file=reader.file,
                path=path,
                runs_on=labels,
                timeout_us=fields.timeout_us(reader, job.get("timeout-minutes"), (*path, "timeout-minutes")),
                needs=at.needs,
                condition=at.condition,
                allow_failure=allow,
                matrix=shown(combination),
                matrix_group=group,
                fail_fast=bool(group) and limits[0],
                max_parallel=limits[1] if group else 0,
                concurrency_group=concurrency,
                cancel_in_progress=cancel,
                environment=fields.environment(reader, job.get("environment"), (*path, "environment")),
                image=fields.image(stepping, job.get("container")),
                services=tuple(fields.image(stepping, service) for service in services.values()),
                permissions=fields.permissions(job.get("permissions")),
                steps=doing.found,
                steps_left=doing.left,
                caches=doing.caches,
                uploads=doing.uploads,
                downloads=doing.downloads,
            )
        )

    def _call(self, job: Data, path: Path, reader: Reader, at: Calling) -> list[str]:
        """The jobs of the called workflow, or one job of unknown content where its file is not given."""
        uses = scalar_text(job["uses"])
        target = uses.removeprefix("./")
        if "concurrency" in job:
            self._notes.not_modelled(reader.file, (*path, "concurrency"), "concurrency of a called workflow")
        if "@" in uses or target not in self._files:
            why = "is in another repository" if "@" in uses else "is not among the files given"
            text = f"{uses} {why}: taken to be one job that asks for {UNKNOWN_RUNNER}"
            self._notes.unknown(reader.file, (*path, "uses"), text)
            limit = fields.DEFAULT_TIMEOUT_MIN * MINUTE_US
            made = ImportedJob(
                at.prefix, at.source, reader.file, path, (UNKNOWN_RUNNER,), limit, at.needs, at.condition,
                content_known=False,
            )  # fmt: skip
            return [self._add(made)]
        if target in at.files or len(at.files) >= DEEPEST_CALL:
            found = "a circle of calls" if target in at.files else f"more than {DEEPEST_CALL} calls in a row"
            self._notes.refuse(reader.file, (*path, "uses"), found, "workflows that call each other a few times")
            return []
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._notes.refuse(reader.file, (*path, "uses"), f"more than {MOST_CALLS:,} calls", "fewer in all")
            self._full = True
            return []
        called = self._files[target]
        if target not in self._flawed:
            wrong = flaws(called) or list(misplaced(called))
            self._flawed[target] = bool(wrong)
            self._notes.flaws += [FileFlaw(target, flaw) for flaw in wrong]
        if self._flawed[target]:
            return []
        if "workflow_call" not in events(called["on"]):
            self._notes.refuse(target, ("on",), "no workflow_call", f"workflow_call, because {reader.file} calls it")
            return []
        values = {
            name: _passed(reader, one, (*path, "with", name)) for name, one in as_mapping(job.get("with")).items()
        }
        declared = as_mapping(events(called["on"])["workflow_call"]).get("inputs")
        inputs = declared_inputs(declared, values, reader.file, (*path, "with"), self._notes)
        deeper = Calling(f"{at.prefix} / ", at.needs, at.condition, (*at.files, target), f"{at.source} / ")
        return self.workflow(called, target, inputs, deeper)

    def _env(self, data: Data, scope: Scope) -> dict[str, Value]:
        """Variables for the texts of steps: a broken expression in one shows as unknown."""
        found: dict[str, Value] = {}
        for name, value in as_mapping(data).items():
            try:
                found[name] = fill(value, scope.with_contexts(env=found))
            except SyntaxFlaw as flaw:
                found[name] = Unknown((str(flaw),))
        return found

    def _add(self, job: ImportedJob) -> str:
        """Under a name that no other job has."""
        short = job.name if len(job.name) <= LONGEST_NAME else job.name[: LONGEST_NAME - 1] + "…"
        short = "".join(c if c.isprintable() else " " for c in short).strip()
        name, number = short, 1
        while name in self._names:
            number += 1
            name = f"{short} #{number}"
        self._names.add(name)
        self._needs += len(job.needs)
        self.jobs.append(msgspec.structs.replace(job, name=name))
        return name


def _passed(reader: Reader, data: Data, path: Path) -> Value:
    """An input of a called workflow: what has a name stays open, the rest is decided here."""
    value = reader.value(data, path)
    missing = has_unknown(value)
    return value if missing is None or missing.symbol else reader.taken(data, path)

"""What each job of a GitLab pipeline waits for: what `needs` says, else everything of the stages before.

Source: "needs", "stages", CI/CD YAML syntax reference, docs.gitlab.com, read 2026-11.
"""

from collections.abc import Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping, listed, scalar_text, show
from domain.acl.ci_to_orchestration.imported import ImportedJob, Notes
from domain.acl.gitlab_ci_to_orchestration import fields
from domain.acl.gitlab_ci_to_orchestration.fields import Reader
from domain.acl.gitlab_ci_to_orchestration.storing import downloads

MOST_NEEDS = 500_000
"""Pairs of a job and one that it needs, in all."""


class Included(msgspec.Struct, frozen=True):
    """A job that is in the pipeline, before it is known what it waits for."""

    name: str
    stage: str
    reader: Reader
    when: str
    rule: Mapping[str, Data]
    made: tuple[ImportedJob, ...]


def needed_by(job: Included) -> list[str]:
    """The jobs of this pipeline that it names in `needs`."""
    entries = (_about(one) for one in as_list(_written(job)))
    return [scalar_text(one.get("job")) for one in entries if "pipeline" not in one and "project" not in one]


def waiting(
    ordered: Sequence[Included], included: Mapping[str, Included], stages: Sequence[str], names: Sequence[str],
    notes: Notes,
) -> list[ImportedJob]:  # fmt: skip
    """The jobs with what they need; `names` are all that the file has, in the pipeline or not."""
    found: list[ImportedJob] = []
    count = 0
    keeping = {job.name: [made.name for made in job.made if made.uploads] for job in ordered}
    kept = {name for names in keeping.values() for name in names}
    known = set(names)
    for job in ordered:
        for index, one in enumerate(as_list(job.reader.job.get("dependencies"))):
            if one not in known:
                where = (*job.reader.path, "dependencies", index)
                notes.refuse(
                    job.reader.file, where, f"the job {show(one)}, which is not in the file", "jobs of the file"
                )
        written = _written(job)
        if not _names(written):
            needs, fetched = _earlier(job, ordered, stages), downloads(job.reader, None, keeping)
            fetched = fetched if not kept.isdisjoint(needs) else ()
        else:
            needs = _named(written, job, included, names, notes)
            wanted = [one for one in map(_about, as_list(written)) if one.get("artifacts") is not False]
            named = [made for one in wanted for made in keeping.get(scalar_text(one.get("job")), ())]
            fetched = downloads(job.reader, named, keeping)
        count += len(needs) * len(job.made)
        if count > MOST_NEEDS:
            job.reader.refuse("needs", f"more than {MOST_NEEDS:,} needs", "fewer in all")
            needs = []
        distinct = tuple(dict.fromkeys(needs))
        found += [msgspec.structs.replace(made, needs=distinct, downloads=fetched) for made in job.made]
    if notes.flaws:
        return found
    return _without_idle(found, {made.name for job in ordered if _names(_written(job)) for made in job.made}, notes)


def _without_idle(jobs: list[ImportedJob], naming: set[str], notes: Notes) -> list[ImportedJob]:
    """Leaves out jobs for failures before which nothing can fail, and those `naming` them among their needs."""
    gone: set[str] = set()
    while True:
        kept, before = [], len(gone)
        for job in jobs:
            needs = tuple(need for need in job.needs if need not in gone)
            if job.condition == "failure" and not needs:
                why = "it is there for failures, and nothing before it can fail"
            elif job.condition == "success" and job.name in naming and len(needs) < len(job.needs):
                why = f"it needs {next(need for need in job.needs if need in gone)}, left out as well"
            else:
                kept.append(job if len(needs) == len(job.needs) else msgspec.structs.replace(job, needs=needs))
                continue
            notes.left_out(job.file, job.path, f"{job.name}: {why}")
            gone.add(job.name)
        jobs = kept
        if len(gone) == before:
            return jobs


def _written(job: Included) -> Data:
    return job.rule.get("needs", job.reader.job.get("needs"))


def _names(written: Data) -> bool:
    """Whether a job's `needs` say what it waits for, instead of its stage."""
    return written is not None and not isinstance(written, Mapping)


def _about(one: Data) -> Mapping[str, Data]:
    return one if isinstance(one, Mapping) else {"job": one}


def _earlier(job: Included, ordered: Sequence[Included], stages: Sequence[str]) -> list[str]:
    """One that is there for failures is skipped when all is well, and that must not skip what comes after it."""
    mine = stages.index(job.stage)
    return [
        made.name
        for one in ordered
        if stages.index(one.stage) < mine
        for made in one.made
        if made.condition != "failure" or job.when == "on_failure"
    ]


def _named(
    written: Data, job: Included, included: Mapping[str, Included], names: Sequence[str], notes: Notes
) -> list[str]:  # fmt: skip
    field = ("rules",) if "needs" in job.rule else ("needs",)
    found: list[str] = []
    for index, one in enumerate(as_list(written)):
        path: Path = (*job.reader.path, *field, *((index,) if field == ("needs",) else ()))
        about = _about(one)
        target = scalar_text(about.get("job"))
        if "pipeline" in about or "project" in about:
            notes.unknown(job.reader.file, path, f"{target or 'a need'} is in another pipeline: not waited for")
        elif target in included:
            wanted = as_mapping(about.get("parallel")).get("matrix")
            copies = _copies(included[target], wanted)
            if not copies and not about.get("optional"):
                allowed = f"copies of it: {listed(made.name for made in included[target].made)}"
                notes.refuse(job.reader.file, path, f"no copy of {show(target)} with such a matrix", allowed)
            found += copies
        elif not about.get("optional"):
            there = "which is not in this pipeline" if target in names else "which is not in the file"
            allowed = f"jobs of this pipeline: {listed(included)} (or optional: true)"
            notes.refuse(job.reader.file, path, f"the job {show(target)}, {there}", allowed)
    return found


def _copies(job: Included, matrix: Data) -> list[str]:
    if matrix is None:
        return [made.name for made in job.made]
    wanted = [dict(one) for one in fields.combinations(matrix)]
    return [made.name for made in job.made if any(one.items() <= dict(made.matrix).items() for one in wanted)]

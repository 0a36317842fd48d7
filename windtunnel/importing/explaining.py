"""Tells what a CI file would run, for people and as JSON: jobs, what they wait for, and what nobody can know before."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from domain.acl.ci_to_orchestration.imported import FileFlaw, Finding, Imported, ImportedJob
from scenarios.ci_files import Document
from scenarios.problems import Path, Problem, ScenarioError, dotted
from scenarios.quantities import DURATION

Documents = Mapping[str, Document]

_COMMIT = re.compile(r"(@[0-9a-f]{7})[0-9a-f]{33}\b")

TITLES = {
    "unknown": "Not known before the run, and what it is taken to be",
    "left-out": "Left out",
    "not-modelled": "In the file, but not in the scenario",
}
AUTO_CANCEL = {
    "conservative": "A newer pipeline of the same ref cancels it, until a job that is not interruptible has started.",
    "interruptible": "A newer pipeline of the same ref cancels its interruptible jobs.",
}
CONDITIONS = {
    "failure": "only after a failure",
    "completed": "also after a failure",
    "always": "always, even when cancelled",
    "cancelled": "only when cancelled",
}


def refusal(flaws: Sequence[FileFlaw], documents: Documents) -> ScenarioError:
    """What is wrong with the files, with the line of each."""
    return ScenarioError(
        Problem(one.file, _line(documents, one.file, one.flaw.path), one.flaw.path, one.flaw.found, one.flaw.allowed)
        for one in flaws
    )


def place(documents: Documents, file: str, path: Path) -> str:
    """File, line and field of something in a file."""
    line, field = _line(documents, file, path), dotted(path)
    return printable(f"{file}:{line}" if line else file) + (f" {field}" if field else "")


def printable(text: str) -> str:
    """The same with ? for what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _line(documents: Documents, file: str, path: Path) -> int:
    return documents[file].line(path) if file in documents else 0


def summary(imported: Imported, said: str) -> str:
    """One line: how many jobs, and how much of it is not known."""
    counts = [f"{len(imported.jobs)} job{'' if len(imported.jobs) == 1 else 's'}"]
    for kind, words in (("unknown", "not known before the run"), ("left-out", "left out")):
        number = sum(finding.kind == kind for finding in imported.findings)
        counts += [f"{number} {words}"] if number else []
    return f"{imported.name} on {said}: {', '.join(counts)}"


def explain(
    imported: Imported, said: str, documents: Documents, width: int, start: Sequence[str] = (),
    behind: Sequence[str] = (),
) -> Iterator[str]:  # fmt: skip
    """Lines of text: jobs with their matrix and needs, then what was found on the way."""
    yield from indented("", summary(imported, said), width)
    if start:
        yield from indented("", f"Assumed: {', '.join(start)}.", width)
    if imported.reason:
        yield from indented("", f"Nothing runs: {imported.reason}.", width)
    if imported.concurrency_group:
        cancel = ", a newer run cancels the one in progress" if imported.cancel_in_progress else ""
        yield from indented("", f"One run at a time in the group {imported.concurrency_group}{cancel}.", width)
    if imported.auto_cancel:
        yield from textwrap.wrap(AUTO_CANCEL[imported.auto_cancel], width)
    by_source: dict[str, list[ImportedJob]] = {}
    for job in imported.jobs:
        by_source.setdefault(job.source, []).append(job)
    whole = {source: len(jobs) for source, jobs in by_source.items()}
    names = {job.name: job.source for job in imported.jobs}
    for source, jobs in by_source.items():
        yield ""
        yield from _source(source, jobs, names, whole, documents, width)
    if imported.assumed:
        yield ""
        yield from indented(
            "", "Taken for known in all of this import; --given (GitLab: --variable) says otherwise", width
        )
        for text in imported.assumed:
            yield from indented("  ", text, width)
    for kind, title in TITLES.items():
        found = [finding for finding in imported.findings if finding.kind == kind]
        texts = behind if kind == "not-modelled" else ()
        if found or texts:
            yield ""
            yield title
            yield from _findings(found, documents, width)
            for text in texts:
                yield from indented("  ", text, width)


def _source(
    source: str, jobs: list[ImportedJob], names: Mapping[str, str], whole: Mapping[str, int], documents: Documents,
    width: int,
) -> Iterator[str]:  # fmt: skip
    first = jobs[0]
    where = printable(f"{first.file}:{_line(documents, first.file, first.path)}")
    head = printable(source if len(jobs) == 1 else f"{source} × {len(jobs)}")
    yield from [f"{head}  {where}"] if len(head) + len(where) + 2 <= width else [head, f"  {where}"]
    about: dict[str, str] = {}
    if len({job.runs_on for job in jobs}) == 1:
        about["runs on"] = ", ".join(first.runs_on) or "any runner"
    about["needs"] = _needs(first.needs, names, whole)
    about["if"] = CONDITIONS.get(first.condition, "")
    if first.allow_failure and all(job.allow_failure for job in jobs):
        about["failure"] = "allowed"
    if first.matrix_group:
        limit = f"at most {first.max_parallel} at a time" if first.max_parallel else ""
        about["matrix"] = ", ".join(filter(None, ("the first failure cancels the others" if first.fail_fast else "",
                                                  limit)))  # fmt: skip
    about["one at a time"] = first.resource_group or first.concurrency_group
    about["environment"] = first.environment
    about["starts"] = f"{DURATION.format(first.delay_us)} after it may" if first.delay_us else ""
    about["interruptible"] = "yes" if first.interruptible else ""
    about["retries"] = _retries(first)
    about["image"] = first.image
    about["services"] = ", ".join(first.services)
    steps = [_COMMIT.sub(r"\1", step.name) for step in first.steps]
    same = len({(job.steps, job.steps_left) for job in jobs}) == 1
    about["steps" if same else "steps of the first"] = f"{len(steps)}: {', '.join(steps)}" if steps else ""
    about["steps left out" if same else "steps left out of the first"] = ", ".join(first.steps_left)
    about["caches"] = ", ".join(cache.key for cache in first.caches)
    about["uploads"] = ", ".join(first.uploads)
    about["downloads"] = ", ".join(one.replace("[[]", "[") for one in first.downloads)
    about["content"] = "" if first.content_known else "not known: it is elsewhere"
    for field, text in about.items():
        if text:
            yield from indented(f"  {field}: ", text, width, lines=3)
    if len(jobs) > 1:
        mixed = "runs on" not in about
        for job in jobs:
            where = f" on {', '.join(job.runs_on) or 'any runner'}" if mixed else ""
            yield from indented("    ", f"{job.name}{where}", width)


def _retries(job: ImportedJob) -> str:
    after = {"failures": job.user_retries, "a lost machine": job.infra_retries, "timeouts": job.timeout_retries}
    return ", ".join(f"{count} after {cause}" for cause, count in after.items() if count)


def _needs(needs: Sequence[str], names: Mapping[str, str], whole: Mapping[str, int]) -> str:
    """Needs by what the file calls them, where all jobs of it are needed."""
    counted: dict[str, list[str]] = {}
    for need in needs:
        counted.setdefault(names[need], []).append(need)
    return ", ".join(
        source if len(found) == whole[source] else ", ".join(found) for source, found in counted.items()
    )  # fmt: skip


def _findings(found: Sequence[Finding], documents: Documents, width: int) -> Iterator[str]:
    """Those with the same words in one entry."""
    yield from grouped(((place(documents, one.file, one.path), one.text) for one in found), width)


def grouped(said: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """(where, what): places with the same words in one entry."""
    by_text: dict[str, list[str]] = {}
    for where, text in said:
        by_text.setdefault(text, []).append(where)
    for text, places in by_text.items():
        more = f" and {len(places) - 3} more places" if len(places) > 3 else ""
        yield from indented("  ", "; ".join(dict.fromkeys(places[:3])) + more, width)
        yield from indented("      ", text, width)


def indented(before: str, text: str, width: int, lines: int = 0) -> Iterator[str]:
    """Lines that break at spaces only: a path, a name or an expression stays in one piece."""
    wrapped = textwrap.wrap(
        printable(text), max(20, width), initial_indent=before, subsequent_indent=" " * min(len(before), 8),
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
    if lines and len(wrapped) > lines:
        last = textwrap.shorten(wrapped[lines - 1], width - 10, placeholder="")
        wrapped = [*wrapped[: lines - 1], f"{' ' * min(len(before), 8)}{last} …"]
    yield from wrapped


def to_json(imported: Imported, said: str, documents: Documents) -> dict[str, Any]:
    """Everything that `explain` tells, and more: one object."""
    content: dict[str, Any] = {
        "name": imported.name,
        "on": said,
        "reason": imported.reason,
        "taken_for_known": list(imported.assumed),
        "concurrency_group": imported.concurrency_group,
        "cancel_in_progress": imported.cancel_in_progress,
        "auto_cancel": imported.auto_cancel,
        "jobs": [{**msgspec.to_builtins(job), "line": _line(documents, job.file, job.path)} for job in imported.jobs],
        "findings": [
            {
                "kind": finding.kind,
                "file": finding.file,
                "line": _line(documents, finding.file, finding.path),
                "field": dotted(finding.path),
                "text": finding.text,
            }
            for finding in imported.findings
        ],
    }
    return content

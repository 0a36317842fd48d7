"""Pods, and the Jobs and CronJobs that make pods, as jobs of a pipeline."""

from collections.abc import Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_mapping, scalar_text
from domain.acl.ci_to_orchestration.imported import FileFlaw, Notes
from domain.acl.ci_to_orchestration.shapes import Shape
from domain.acl.kubernetes_to_orchestration import structure
from domain.acl.kubernetes_to_orchestration.asking import effective
from domain.acl.kubernetes_to_orchestration.fields import FIELDS
from domain.acl.kubernetes_to_orchestration.placing import Placing
from domain.orchestration.specs import JobSpec
from domain.orchestration.terms import Matrix, RetryPolicy
from domain.shared.units import DAY_US, SECOND_US

LABELS = ("app.kubernetes.io/name", "app", "job-name", "batch.kubernetes.io/job-name")
"""Labels of a pod that say what it is, the best first."""

BACKOFF_LIMIT = 6
"""Of a Job that does not say ("Jobs", kubernetes.io, read 2026-11)."""

ENDED = ("Succeeded", "Failed")


class _Copies(msgspec.Struct, frozen=True):
    """How often a pod runs, and on which terms: `at_once` 0 is all together."""

    name: str
    number: int = 1
    at_once: int = 0
    retries: int = 0
    deadline_s: int | None = None


def jobs_of(
    manifest: Mapping[str, Data], file: str, notes: Notes, classes: Mapping[str, int] | None = None
) -> tuple[JobSpec, ...]:  # fmt: skip
    """The jobs of a Pod (one), a Job (as many as it wants to complete) or a CronJob; `classes` are of priority."""
    reader = _Reader(file, notes, {} if classes is None else classes)
    match manifest.get("kind"):
        case "Pod":
            return reader.pod(manifest)
        case "Job":
            return reader.job(manifest, (), _name(manifest))
        case _:
            return reader.cron(manifest)


class _Reader:
    """Reads one manifest; flaws and findings go to the notes."""

    def __init__(self, file: str, notes: Notes, classes: Mapping[str, int]) -> None:
        self._file, self._notes, self._classes = file, notes, classes

    def _fits(self, shape: Shape, value: Data, path: Path) -> bool:
        flaws = list(shape.flaws(value, path))
        self._notes.flaws += [FileFlaw(self._file, flaw) for flaw in flaws]
        return not flaws

    def pod(self, manifest: Mapping[str, Data]) -> tuple[JobSpec, ...]:
        if not self._fits(structure.TEMPLATE, manifest, ()):
            return ()
        phase = scalar_text(as_mapping(manifest.get("status")).get("phase"))
        if phase in ENDED:
            self._notes.left_out(self._file, ("status", "phase"), f"a pod that has ended already ({phase})")
            return ()
        spec = manifest["spec"]
        if spec.get("restartPolicy", "Always") != "Never":
            text = "its containers start again when they end, without limit: taken to end once, after its duration"
            self._notes.unknown(self._file, ("spec", "restartPolicy"), text)
        return self._pods(manifest, (), _Copies(_name(manifest)))

    def job(self, manifest: Mapping[str, Data], path: Path, name: str) -> tuple[JobSpec, ...]:
        spec, here = as_mapping(manifest.get("spec")), (*path, "spec")
        if not self._fits(structure.JOB, manifest.get("spec"), here) or not self._fits(
            structure.METADATA, manifest.get("metadata"), (*path, "metadata")
        ):
            return ()
        FIELDS.report(spec, self._file, here, self._notes, "job")
        if spec.get("suspend"):
            self._notes.left_out(self._file, (*here, "suspend"), "a Job that is suspended")
            return ()
        at_once = spec.get("parallelism") or 1
        number = spec.get("completions") or at_once
        if spec.get("completions") is None and at_once > 1:
            text = "a work queue (no completions), done when one pod says so: every pod is taken to run to its end"
            self._notes.unknown(self._file, (*here, "parallelism"), text)
        retries = spec.get("backoffLimit")
        retries = BACKOFF_LIMIT if retries is None else retries
        if number > 1 and retries:
            text = "backoffLimit is for all pods of the Job together: taken for each of them"
            self._notes.unknown(self._file, (*here, "backoffLimit"), text)
        deadline = spec.get("activeDeadlineSeconds")
        if deadline is not None:
            text = "activeDeadlineSeconds is for the whole Job, waiting included: taken for each attempt of a pod"
            self._notes.unknown(self._file, (*here, "activeDeadlineSeconds"), text)
        copies = _Copies(name, number, at_once if at_once < number else 0, retries, deadline)
        return self._pods(spec["template"], (*here, "template"), copies)

    def cron(self, manifest: Mapping[str, Data]) -> tuple[JobSpec, ...]:
        spec = as_mapping(manifest.get("spec"))
        if not self._fits(structure.CRON, manifest.get("spec"), ("spec",)):
            return ()
        FIELDS.report(spec, self._file, ("spec",), self._notes, "cron")
        if spec.get("suspend"):
            self._notes.left_out(self._file, ("spec", "suspend"), "a CronJob that is suspended")
            return ()
        return self.job(spec["jobTemplate"], ("spec", "jobTemplate"), _name(manifest))

    def _pods(self, template: Mapping[str, Data], path: Path, copies: _Copies) -> tuple[JobSpec, ...]:
        spec, here, name = template["spec"], (*path, "spec"), copies.name
        FIELDS.report(spec, self._file, here, self._notes, "pod")
        if spec.get("schedulingGates"):
            self._notes.left_out(self._file, (*here, "schedulingGates"), "a pod that is not to be scheduled yet")
            return ()
        metadata = as_mapping(template.get("metadata"))
        labels = {key: scalar_text(value) for key, value in as_mapping(metadata.get("labels")).items()}
        label = next((labels[key] for key in LABELS if labels.get(key)), name)
        matrix = None
        if copies.at_once:
            label, matrix = name, Matrix(name, fail_fast=False, max_parallel=copies.at_once)
        placing = Placing(self._file, here, self._notes, label, labels, self._classes)
        limits = [limit for limit in (spec.get("activeDeadlineSeconds"), copies.deadline_s) if limit is not None]
        resources, requirements = effective(spec, self._file, here, self._notes), placing.requirements(spec)
        return tuple(
            JobSpec(
                name=name if copies.number == 1 else f"{name}-{number}",
                label=label,
                resources=resources,
                timeout_us=min(limits) * SECOND_US if limits else DAY_US,
                retry=RetryPolicy(copies.retries, copies.retries, 0),
                requirements=requirements,
                matrix=matrix,
            )
            for number in range(1, copies.number + 1)
        )


def _name(manifest: Mapping[str, Data]) -> str:
    metadata = as_mapping(manifest.get("metadata"))
    return scalar_text(metadata.get("name") or scalar_text(metadata.get("generateName")).rstrip("-")) or "pod"

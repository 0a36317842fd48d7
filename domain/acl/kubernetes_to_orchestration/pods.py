"""Pods, and Jobs that make pods, as jobs of a pipeline."""

from collections.abc import Mapping

from domain.acl.ci_to_orchestration.documents import Data, Path, as_mapping, scalar_text, show
from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.kubernetes_to_orchestration.asking import effective
from domain.acl.kubernetes_to_orchestration.placing import Placing
from domain.orchestration.specs import DAY_US, JobSpec
from domain.orchestration.terms import RetryPolicy

MOST_COPIES = 1_000
LABELS = ("app.kubernetes.io/name", "app", "job-name", "batch.kubernetes.io/job-name")
"""Labels of a pod that say what it is, the best first."""


def jobs_of(manifest: Mapping[str, Data], file: str, notes: Notes) -> tuple[JobSpec, ...]:
    """The jobs of a Pod (one) or a Job (as many as it wants to complete)."""
    if manifest.get("kind") == "Pod":
        return _pods(manifest, file, (), notes, 1, 0, _name(manifest))
    spec = as_mapping(manifest.get("spec"))
    copies = _count(spec, "completions", _count(spec, "parallelism", 1, file, notes), file, notes)
    retries = _count(spec, "backoffLimit", 6, file, notes)
    template = as_mapping(spec.get("template"))
    return _pods(template, file, ("spec", "template"), notes, copies, retries, _name(manifest), spec)


def _pods(
    pod: Mapping[str, Data], file: str, path: Path, notes: Notes, copies: int, retries: int, name: str,
    job: Mapping[str, Data] | None = None,
) -> tuple[JobSpec, ...]:  # fmt: skip
    spec = pod.get("spec")
    if not isinstance(spec, Mapping) or not isinstance(spec.get("containers"), list) or not spec["containers"]:
        notes.refuse(file, (*path, "spec"), show(spec), "a spec with containers")
        return ()
    labels = {
        key: scalar_text(value) for key, value in as_mapping(as_mapping(pod.get("metadata")).get("labels")).items()
    }
    label = next((labels[key] for key in LABELS if labels.get(key)), name)
    here = (*path, "spec")
    placing = Placing(file, here, notes, label, labels)
    deadlines = [as_mapping(one).get("activeDeadlineSeconds") for one in (spec, job)]
    limits = [limit for limit in deadlines if isinstance(limit, int) and limit > 0]
    resources, requirements = effective(spec, file, here, notes), placing.requirements(spec)
    return tuple(
        JobSpec(
            name=name if copies == 1 else f"{name}-{number}",
            label=label,
            resources=resources,
            timeout_us=min(limits) * 1_000_000 if limits else DAY_US,
            retry=RetryPolicy(user=retries),
            requirements=requirements,
        )
        for number in range(1, copies + 1)
    )


def _name(manifest: Mapping[str, Data]) -> str:
    metadata = as_mapping(manifest.get("metadata"))
    return scalar_text(metadata.get("name") or scalar_text(metadata.get("generateName")).rstrip("-")) or "pod"


def _count(spec: Mapping[str, Data], field: str, instead: int, file: str, notes: Notes) -> int:
    value = spec.get(field)
    if value is None:
        return instead
    least = 0 if field == "backoffLimit" else 1
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST_COPIES:
        notes.refuse(file, ("spec", field), show(value), f"{least} to {MOST_COPIES:,}")
        return instead
    return value

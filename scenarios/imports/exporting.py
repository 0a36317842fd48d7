"""An imported pipeline as a scenario file: what the CI file does not say is given by options, or assumed and told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from domain.acl.ci_to_orchestration.imported import Imported, ImportedJob
from domain.acl.ci_to_orchestration.specs import INFRA_RETRIES, infra_retries, literal
from scenarios.imports.runners import PLAIN, capacity_of, priced, runner_of
from scenarios.imports.stores import Storing, add_stores, left_behind
from scenarios.imports.writing import short
from scenarios.quantities import DURATION

DEFAULT_DURATION_US = 300_000_000
HOUR_US = 3_600_000_000
MOST_NODES = 20
"""Jobs at once on GitHub's Free plan (docs.github.com, Actions limits, read 2026-11)."""

Written = dict[str, Any]


class Choices(msgspec.Struct, frozen=True):
    """What is added to an imported pipeline to make it run."""

    default_us: int = DEFAULT_DURATION_US
    durations_us: Mapping[str, int] = {}  # by name of a job, or by what the file calls it
    resources: Mapping[str, str] | None = None  # what each job asks for; None: all of its hosted runner
    runs_on: Mapping[str, tuple[str, ...]] = {}  # labels of the file → labels of the fleet
    fleet: Written | None = None  # sections of another scenario: fleet, scheduling, policies
    every_us: int = 0
    count: int = 1
    storing: Storing = Storing()


class Export(msgspec.Struct, frozen=True):
    """A scenario as plain data, what was assumed to make it, what it leaves out, and names that nothing has."""

    scenario: Written
    assumed: tuple[str, ...]
    strangers: tuple[str, ...]
    left_behind: tuple[str, ...] = ()


def export(imported: Imported, name: str, trigger: Mapping[str, Any], choices: Choices) -> Export:
    """The scenario that answers when the pipeline is done. Raises ValueError where there is no job."""
    if not imported.jobs:
        raise ValueError("no job to run")
    named = _renamed(imported.jobs)
    durations = {job.name: duration_of(old, choices) for job, old in zip(named, imported.jobs, strict=True)}
    jobs = {job.name: _job(job, durations[job.name], choices) for job in named}
    apart = add_stores(jobs, named, choices.storing)
    pipeline: Written = {"every": DURATION.format(choices.every_us)} if choices.every_us else {}
    if choices.count > 1:
        pipeline["count"] = choices.count
    if trigger:
        pipeline["trigger"] = dict(trigger)
    if imported.concurrency_group:
        pipeline["concurrency"] = _group(imported.concurrency_group, imported.cancel_in_progress)
    if imported.auto_cancel and choices.count == 1:  # those that come at once are of changes of their own
        pipeline["auto_cancel"] = imported.auto_cancel
    pipeline["jobs"] = jobs
    longest = longest_path_us(named, durations)
    horizon = max(HOUR_US, -(-(2 * longest + 4 * choices.every_us) // HOUR_US) * HOUR_US)
    scenario: Written = {
        "name": name,
        "question": f"When is {short(imported.name)} done?",
        "horizon": DURATION.format(horizon),
        "workload": {"pipelines": {short(imported.name): pipeline}},
        **(choices.fleet or {"fleet": hosted_fleet(imported.jobs, choices)}),
    }
    known = {job.name for job in imported.jobs} | {job.source for job in imported.jobs}
    strangers = tuple(one for one in choices.durations_us if one not in known)
    behind = (*left_behind(imported.jobs, choices.storing), *apart)
    return Export(scenario, tuple(_assumed(imported.jobs, choices)), strangers, behind)


def _renamed(jobs: Sequence[ImportedJob]) -> Sequence[ImportedJob]:
    """The jobs under names that a scenario may have: a matrix makes long ones."""
    names: dict[str, str] = {}
    taken = {job.name for job in jobs}
    numbers: Counter[str] = Counter()
    for job in jobs:
        own = short(job.name)
        start = own[:110]
        while own != job.name and own in taken:
            numbers[start] += 1
            own = f"{start} #{1 + numbers[start]}"
        taken.add(own)
        names[job.name] = own
    if all(old == new for old, new in names.items()):
        return jobs
    return [
        msgspec.structs.replace(job, name=names[job.name], needs=tuple(names[need] for need in job.needs))
        for job in jobs
    ]


def duration_of(job: ImportedJob, choices: Choices) -> int:
    """As given; else the default, or half of its timeout where that is less: files expect their jobs to end in time."""
    given = choices.durations_us
    return given.get(job.name, given.get(job.source, min(choices.default_us, max(1, job.timeout_us // 2))))


def longest_path_us(jobs: Sequence[ImportedJob], durations: Mapping[str, int]) -> int:
    """How long the pipeline takes at least, with a machine for every job at once; needs come first."""
    ends: dict[str, int] = {}
    for job in jobs:
        ends[job.name] = max((ends[need] for need in job.needs), default=0) + job.delay_us + durations[job.name]
    return max(ends.values(), default=0)


def labels_of(job: ImportedJob, choices: Choices) -> tuple[str, ...]:
    """What the job asks for in the fleet's words."""
    return tuple(dict.fromkeys(new for label in job.runs_on for new in choices.runs_on.get(label, (label,))))


def _job(job: ImportedJob, duration_us: int, choices: Choices) -> Written:
    resources = choices.resources or capacity_of(runner_of(job.runs_on) or PLAIN)
    written: Written = {"resources": dict(resources), "duration": DURATION.format(duration_us)}
    label = job.matrix_group or job.source  # what a matrix shares is told by the label
    if label != job.name:
        written["label"] = short(label)
    if labels := labels_of(job, choices):
        written["runs_on"] = list(labels)
    if job.needs:
        written["needs"] = list(job.needs)
    written["timeout"] = DURATION.format(job.timeout_us)
    if job.condition != "success":
        written["condition"] = job.condition
    if job.allow_failure:
        written["allow_failure"] = True
    if job.interruptible:
        written["interruptible"] = True
    if job.matrix_group and job.fail_fast:
        written["fail_fast"] = True
    if job.matrix_group and job.max_parallel:
        written["max_parallel"] = job.max_parallel
    again = {"user": job.user_retries, "infra": infra_retries(job), "timeout": job.timeout_retries}
    if again != {"user": 0, "infra": INFRA_RETRIES, "timeout": 0}:
        written["retry"] = {cause: count for cause, count in again.items() if count or cause == "infra"}
    if job.concurrency_group:
        written["concurrency"] = _group(job.concurrency_group, job.cancel_in_progress)
    if job.resource_group:
        written["resource_group"] = {"group": short(literal(job.resource_group))}
    if job.delay_us:
        written["approval"] = {"answer": DURATION.format(job.delay_us)}
    return written


def _group(name: str, cancel: bool) -> Written:
    group: Written = {"group": short(literal(name))}
    return {**group, "cancel_in_progress": True} if cancel else group


def hosted_fleet(jobs: Sequence[ImportedJob], choices: Choices) -> Written:
    """A pool for each set of labels that jobs ask for: the hosted runner of the label, or one of the plain size."""
    pools: dict[str, Written] = {}
    for job in jobs:
        labels = labels_of(job, choices)
        name = short("+".join(labels)) if labels else "untagged"
        if name in pools:
            continue
        runner = runner_of(job.runs_on) or runner_of(labels)
        named = _known_label(job, choices)
        size = capacity_of(runner or PLAIN)
        pool: Written = {"kind": "hosted-runner"}
        if runner and priced(named):
            pool["runner"] = runner
        else:
            pool["capacity"] = size
        if labels:
            pool["labels"] = list(labels)
        pool["nodes"] = {"min": 0, "max": MOST_NODES}
        pools[name] = pool
    return {"providers": {"hosted": {"max_nodes": MOST_NODES, "pools": pools}}}


def _known_label(job: ImportedJob, choices: Choices) -> str:
    """The label that says which hosted runner it is; empty where none does."""
    return next((label for label in (*job.runs_on, *labels_of(job, choices)) if runner_of((label,))), "")


def _assumed(jobs: Sequence[ImportedJob], choices: Choices) -> list[str]:
    """One sentence for each thing that the CI file does not say."""
    found = []
    without = [job for job in jobs if job.name not in choices.durations_us and job.source not in choices.durations_us]
    if without:
        some = f"{len(without)} of {len(jobs)} jobs {'runs' if len(without) == 1 else 'run'}"
        which = "each job runs" if len(without) == len(jobs) else some
        found.append(f"{which} for {DURATION.format(choices.default_us)} (change it with --duration)")
        short = sum(job.timeout_us < 2 * choices.default_us for job in without)
        if short:
            found.append(f"{short} of them with a short timeout: for half of it")
    if choices.resources is None:
        found.append("each job asks for all of the runner that its label names (--cpu and --memory change that)")
    if choices.fleet is None:
        most = f"at most {MOST_NODES} at once as on GitHub's Free plan"
        found.append(f"hosted runners, {most} (--fleet takes another fleet)")
        strange = sorted({"+".join(job.runs_on) or "no label" for job in jobs if runner_of(job.runs_on) is None})
        if strange:
            size = capacity_of(PLAIN)
            like = f"are as large as {PLAIN} ({size['cpu']}, {size['memory']}), at no price"
            found.append(f"runners for {', '.join(strange)} {like}")
        unpriced = sorted({name for job in jobs if (name := _known_label(job, choices)) and not priced(name)})
        if unpriced:
            found.append(f"runners for {', '.join(unpriced)} cost nothing: their price is not known")
    if any(job.delay_us for job in jobs):
        found.append("a delayed job (start_in) waits as for an approval that takes so long")
    if any(not job.content_known for job in jobs):
        found.append("what is in other repositories or pipelines counts as one job each")
    return found

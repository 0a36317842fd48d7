"""Parts of a scenario and of a run's provenance as lines of Markdown, for the STRESS-DES checklist."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.figures import Summary
from reports.findings import Experiment
from reports.provenance import Provenance
from reports.scheduling_words import decisions
from reports.wording import NONE, duration, money

Data = Mapping[str, Any]


def plain(text: object) -> str:
    """One line, whatever a scenario says."""
    return " ".join(str(text).split())


def policies(summaries: Sequence[Summary]) -> str:
    """What each policy decides; what all share is said once."""
    each = [decisions(summary.scheduling) for summary in summaries]
    shared = {key: words for key, words in (each[0] if each else {}).items() if all(e.get(key) == words for e in each)}
    if len(each) == 1:
        return f"- {plain(summaries[0].policy)}: {_settings(each[0])}"
    lines = []
    for summary, words in zip(summaries, each, strict=True):
        own = _settings({key: value for key, value in words.items() if key not in shared})
        lines.append(f"- {plain(summary.policy)}: {own or 'as below'}")
    return "\n".join([*lines, *([f"- all: {_settings(shared)}"] if shared else [])])


def _settings(words: Mapping[str, str]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in words.items())


def jobs(scenario: Data) -> str:
    """Tenants and classes of jobs."""
    synthetic = (scenario.get("workload") or {}).get("synthetic") or {}
    rows = [
        (name, distribution(job.get("count"), whole=True), distribution(job.get("duration")),
         _resources(job.get("resources")), ", ".join(map(str, job.get("needs") or ())) or NONE,
         f"{job.get('failure_rate', 0):.3g}")
        for name, job in (synthetic.get("jobs") or {}).items()
    ]  # fmt: skip
    tenants = scenario.get("tenants") or {}
    weights = ", ".join(f"{name} (weight {tenant.get('weight', 1)})" for name, tenant in tenants.items())
    lines = [f"Tenants: {weights}.", ""] if weights else []
    if not rows:
        return "\n".join([*lines, "Jobs as the recorded trace or the pipelines of the scenario have them."])
    columns = ("job class", "number", "duration", "demand", "needs", "failure rate")
    return "\n".join([*lines, *_table(columns, rows)])


def fleet(scenario: Data) -> str:
    """Pools of nodes."""
    providers = (scenario.get("fleet") or {}).get("providers") or {}
    rows = [
        (f"{provider}/{name}", _nodes(pool.get("nodes")), _resources(pool.get("capacity")),
         distribution(pool.get("node_boot")), f"{money(pool.get('price', 0))}/h")
        for provider, own in providers.items()
        for name, pool in (own.get("pools") or {}).items()
    ]  # fmt: skip
    return "\n".join(_table(("pool", "nodes", "capacity of a node", "boot", "price"), rows))


def workload(scenario: Data) -> str:
    kinds = scenario.get("workload") or {}
    lines = []
    if synthetic := kinds.get("synthetic"):
        pushes = synthetic.get("pushes") or {}
        profile = pushes.get("profile", "flat")
        shape = profile if isinstance(profile, str) else "given by the hour"
        lines.append(f"Synthetic load: {pushes.get('rate', '?')} pushes an hour, profile {shape}.")
    if trace := kinds.get("trace"):
        lines.append(f"Recorded trace: {Path(trace.get('file', '')).name}.")
    if kinds.get("pipelines"):
        lines.append("Pipelines that the scenario lists one by one.")
    return "\n".join(lines)


def inputs(provenance: Provenance) -> str:
    """The files that were read, by content."""
    rows = [(each.role, plain(each.name), f"{each.bytes:,}", f"`{each.sha256}`") for each in provenance.inputs]
    return "\n".join(_table(("input", "file", "bytes", "SHA-256"), rows))


def reading(summaries: Sequence[Summary]) -> str:
    """How recorded data were read."""
    found = next((each.reading for each in summaries if each.reading), None)
    if found is None:
        return "No recorded data were read."
    refused = [f"- {each.count:,} rows not used: {plain(each.reason)}" for each in found.refused]
    notes = [f"- {plain(note)}" for note in found.notes]
    return "\n".join([f"{found.used:,} of {found.rows:,} rows used.", "", *refused, *notes]).rstrip()


def run_length(summaries: Sequence[Summary]) -> tuple[str, str]:
    """The beginning and the length."""
    if not summaries:
        return "Nothing was run.", "Nothing was run."
    one = summaries[0]
    left_out = (
        f"the first {duration(one.warm_up_us)} are left out as warm-up" if one.warm_up_us else "no warm-up is left out"
    )
    ends = ", ".join(f"{plain(each.policy)} {duration(each.end_us)}" for each in summaries)
    length = f"Arrivals until {duration(one.horizon_us)}; each run goes on until its last job has ended ({ends})."
    return f"The run starts with empty queues and the nodes that each pool keeps; {left_out}.", length


def estimation(experiment: Experiment | None) -> str:
    if experiment is None:
        return "One run of each policy: intervals within the run only. For replications: `--replications N`."
    numbers = sorted({len(experiment.of(policy)) for policy in experiment.policies})
    text = f"Replications per policy: {', '.join(map(str, numbers))}, the warm-up deleted from each."
    return f"{text} {experiment.stopping}".rstrip()


def software(provenance: Provenance) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in provenance.packages.items())
    return f"windtunnel {provenance.code.windtunnel} on {provenance.python}; {packages}."


def system(provenance: Provenance) -> str:
    host = provenance.host
    memory = f", {host.memory_mib / 1024:.0f} GiB of memory" if host.memory_mib else ""
    about = f"{host.system} on {host.architecture}, {host.cores} cores{memory}; {provenance.wall_s:.1f} s of wall time,"
    lines = [f"{about} begun {provenance.started_at}."]
    if provenance.command:
        lines += ["", f"    {shlex.join(('windtunnel', *provenance.command))}"]
    return "\n".join(lines)


def code(provenance: Provenance) -> str:
    found = provenance.code
    changes = " with changes that are in no commit" if found.changed else ""
    commit = f", commit {found.commit}{changes}" if found.commit else ""
    return f"windtunnel {found.windtunnel}, sources {found.sources}{commit}."


def distribution(value: Any, whole: bool = False) -> str:
    """`lognormal, median 45 s, sigma 0.5`; durations unless they are `whole` numbers."""
    if not isinstance(value, Mapping) or not value:
        return NONE
    (kind, of), *_ = value.items()
    if kind == "mixture":
        return " or ".join(f"{_parameters(part, whole)}" for part in of)
    if not isinstance(of, Mapping):
        return _amount("", of, whole) if kind == "constant" else f"{kind} {of}"
    return f"{kind}, {_parameters(of, whole)}"


def _parameters(of: Data, whole: bool) -> str:
    return ", ".join(f"{name} {_amount(name, amount, whole)}" for name, amount in of.items())


def _amount(name: str, amount: Any, whole: bool) -> str:
    plain = whole or name in ("sigma", "weight", "shape") or not isinstance(amount, int)
    return f"{amount:g}" if plain and isinstance(amount, int | float) else str(amount) if plain else duration(amount)


def _resources(resources: Any) -> str:
    if not isinstance(resources, Mapping):
        return NONE
    parts = [f"{resources.get('cpu', 0) / 1000:g} CPU", f"{resources.get('memory', 0) / 1024:g} GiB"]
    return ", ".join(parts)


def _nodes(nodes: Any) -> str:
    if not isinstance(nodes, Mapping):
        return str(nodes)
    low, high = nodes.get("min", 0), nodes.get("max", "any")
    return str(high) if low == high else f"{low} to {high}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in (head, *rows)]
    return [lines[0], f"|{'---|' * len(head)}", *lines[1:]]

"""What the report says, section by section: the answer first, then waits, time, use, cost, fairness, and how it ran."""

import shlex
from collections.abc import Sequence

from reports import context_tables, plots_coordination
from reports import section_tables as tables
from reports.circumstances import USUAL, Circumstances
from reports.comparison import common_warnings, headlines
from reports.curves import Curves
from reports.definitions import DEFINITIONS
from reports.document import Commands, Document, Plot, Section, Table, Terms
from reports.experiment_tables import experiment_headlines
from reports.experiment_tables import sections as experiment_sections
from reports.figures import Summary
from reports.findings import Experiment
from reports.json_view import windtunnel_version
from reports.plots import cost_bars, tenant_waits, use_bars, wait_ecdf
from reports.plots_in_time import capacity_in_time, jobs_in_time
from reports.wording import duration, listed

MOST_PANELS = 6


def report(drawn: Sequence[Curves], summaries: Sequence[Summary], about: Circumstances = USUAL) -> Document:
    """The whole document; with no policies at all it says so."""
    if not summaries:
        return Document("Windtunnel report", (), tuple(headlines([])), about.warnings(), ())
    one = summaries[0]
    return Document(
        title=one.scenario,
        facts=(
            ("Policies", listed([summary.policy for summary in summaries], most=6)),
            ("Jobs", f"{one.waits.overall.jobs:,} queued in the window, {one.jobs:,} in the whole run"),
            ("Window", f"from {duration(one.warm_up_us)} (warm-up) to {duration(one.horizon_us)} (horizon)"),
            ("Seed", str(one.seed)),
            *(_replicated(about.experiment)),
        ),
        headlines=tuple(experiment_headlines(about.experiment) if about.experiment else headlines(summaries)),
        warnings=(
            *about.warnings(),
            *(_about(words, policies, len(summaries)) for words, policies in common_warnings(summaries)),
        ),
        sections=(
            *experiment_sections(about),
            _answer(summaries),
            _waits(drawn, summaries),
            _time(drawn, summaries),
            _use(summaries),
            _cost(summaries),
            _fairness(summaries),
            _jobs(summaries),
            *_contexts(summaries),
            _run(summaries, about),
            Section("definitions", "What the figures mean", "", (Terms(DEFINITIONS),)),
        ),
    )


def _contexts(summaries: Sequence[Summary]) -> list[Section]:
    """What contexts say in tables, and drawn where that says it better."""
    return [
        one._replace(parts=(*plots_coordination.plots(summaries), *one.parts))
        if one.anchor == f"context-{plots_coordination.CONTEXT}"
        else one
        for one in context_tables.sections(summaries)
    ]


def _replicated(experiment: Experiment | None) -> tuple[tuple[str, str], ...]:
    if experiment is None:
        return ()
    numbers = f"{len(experiment.replications):,} runs; what follows the policies in pairs is about replication 0 alone"
    return (("Replications", numbers),)


def _about(warning: str, policies: list[str], of: int) -> str:
    return warning if len(policies) == of else f"{listed(policies)}: {warning}"


def _answer(summaries: Sequence[Summary]) -> Section:
    lead = "The best value of each column is bold." if len(summaries) > 1 else ""
    return Section("answer", "At a glance", lead, (tables.comparison(summaries),))


def _waits(drawn: Sequence[Curves], summaries: Sequence[Summary]) -> Section:
    p95 = listed([f"{s.policy} {duration(s.waits.overall.p95_us)}" for s in summaries], most=8)
    plots: list[Table | Plot] = []
    if any(s.waits.overall.started for s in summaries):
        words = f"Share of jobs over the longest time they waited, one line per policy. The p95 waits: {p95}."
        plots.append(Plot("How long jobs waited", wait_ecdf(drawn, summaries), words))
        if sum(w.started > 0 for w in summaries[0].waits.by_tenant.values()) > 1:
            words = "p50, p95 and p99 of the waits of each tenant; the same figures are in the table of tenants."
            plots.append(Plot("Who waited", tenant_waits(summaries), words))
    return Section(
        "waits",
        "Queue wait",
        "From when a job was queued to when its work began, for jobs queued in the window.",
        (
            tables.waits(summaries),
            *plots,
            tables.waits_by("label", [s.waits.by_label for s in summaries], summaries),
            tables.waits_by("tenant", [s.waits.by_tenant for s in summaries], summaries),
            tables.waits_by_tenant_and_label(summaries),
        ),
    )


def _time(drawn: Sequence[Curves], summaries: Sequence[Summary]) -> Section:
    shown = drawn[:MOST_PANELS]
    more = f" The first {MOST_PANELS} of {len(drawn)} policies." if len(drawn) > MOST_PANELS else ""
    peaks = listed([f"{s.policy} {s.queued.max:,} queued, {s.running.max:,} running" for s in summaries], most=8)
    return Section(
        "time",
        "Over time",
        f"The line is the mean of each moment, the pale band reaches up to its peak.{more}",
        (
            Plot("Jobs queued and running", jobs_in_time(shown), f"Jobs queued and running over time. Peaks: {peaks}."),
            Plot(
                "Capacity, and what it did",
                capacity_in_time(shown),
                "CPUs busy, booting and idle over time, stacked up to the capacity of the nodes that existed.",
            ),
            tables.levels(summaries),
        ),
    )


def _use(summaries: Sequence[Summary]) -> Section:
    return Section(
        "use",
        "Utilisation",
        "What the fleet did with its capacity while the window lasted.",
        (
            Plot("CPU time of the fleet", use_bars(summaries), "Busy, boot and idle shares; the table has them too."),
            tables.use(summaries, "CPU"),
            tables.use(summaries, "memory"),
        ),
    )


def _cost(summaries: Sequence[Summary]) -> Section:
    if not any(s.cost.udollars.total for s in summaries):
        return Section("cost", "Cost", "No pool of this fleet has a price: nothing was paid.", ())
    return Section(
        "cost",
        "Cost",
        "What the meters added in the window. Tenants and labels are charged for busy time only.",
        (
            Plot("Cost by what was paid for", cost_bars(summaries), "Cost of busy, boot and idle time; see the table."),
            tables.cost(summaries),
            tables.cost_shares("tenant", [s.cost.by_tenant for s in summaries], summaries),
            tables.cost_shares("label", [s.cost.by_label for s in summaries], summaries),
        ),
    )


def _fairness(summaries: Sequence[Summary]) -> Section:
    if all(s.fairness.service is None for s in summaries):
        return Section("fairness", "Fairness", "Fairness takes two tenants with jobs in the window.", ())
    return Section(
        "fairness",
        "Fairness",
        "Jain's index: 1 when all tenants are served alike, 1/n when one of n gets everything.",
        (tables.fairness(summaries),),
    )


def _jobs(summaries: Sequence[Summary]) -> Section:
    reading = summaries[0].reading
    trace = (tables.trace(reading),) if reading else ()
    return Section("jobs", "How jobs ended", "", (tables.outcomes(summaries), *trace))


def _run(summaries: Sequence[Summary], about: Circumstances) -> Section:
    one = summaries[0]
    lead = (
        f"Made by windtunnel {windtunnel_version()} with seed {one.seed}. "
        "The same scenario, seed and version give the same digests, on any machine."
    )
    changes = [f" --set {shlex.quote(change)}" for change in about.settings if not change.startswith("seed=")]
    again = Commands((f"windtunnel run scenario.yaml --seed {one.seed}{''.join(changes)}",))
    return Section("run", "How to reproduce", lead, (again, tables.run(summaries), tables.work(summaries)))

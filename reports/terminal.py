"""The answer on one screen of a terminal: who did best, then every figure with the policies side by side."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reports.circumstances import USUAL, Circumstances
from reports.comparison import common_warnings, headlines
from reports.context_tables import sections
from reports.document import Section, Table
from reports.experiment_tables import experiment_headlines
from reports.experiment_tables import sections as experiment_sections
from reports.figures import Summary
from reports.grid import printable
from reports.policy_table import fitted, legend, needs_letters, table
from reports.table_lines import table_lines
from reports.terminal_rows import answer, run, waits
from reports.wording import brief_duration, duration, listed, several, short_duration

MOST_POLICIES = 8


def render(summaries: Sequence[Summary], console: Console, about: Circumstances = USUAL) -> None:
    """Print all of it to `console`: within 50 lines of 80 columns for a few policies, tenants and labels."""
    shown = summaries[:MOST_POLICIES]
    for line in _opening(summaries, about):
        console.print(line, highlight=False)
    if shown:
        console.print()
    for line in _tables(shown, console.width) if shown else ():
        console.print(line, no_wrap=True, overflow="ellipsis", highlight=False)
    if len(summaries) > len(shown):
        more = several(len(summaries) - len(shown), "policy", "policies")
        console.print(Text(f"… {more} more in the report", "dim"), highlight=False)


def render_experiment(summaries: Sequence[Summary], console: Console, about: Circumstances = USUAL) -> None:
    """Print what the replications say: the answer, figures with intervals, policies in pairs, thresholds."""
    for line in _opening(summaries, about):
        console.print(line, highlight=False)
    render_sections(experiment_sections(about, brief=True), console)


def render_thresholds(console: Console, about: Circumstances) -> None:
    """Print how thresholds were judged, where there are any."""
    if about.thresholds:
        render_sections(experiment_sections(about._replace(experiment=None)), console)


def _opening(summaries: Sequence[Summary], about: Circumstances) -> list[Text]:
    lines = []
    if summaries:
        one = summaries[0]
        jobs = f"{several(one.waits.overall.jobs, 'job')} queued between {duration(one.warm_up_us)} and"
        lines.append(
            Text.assemble((printable(one.scenario), "bold"), f"  seed {one.seed}, {jobs} {duration(one.horizon_us)}")
        )
    sentences = experiment_headlines(about.experiment) if about.experiment else headlines(summaries)
    lines += [Text(printable(sentence)) for sentence in sentences]
    lines += [Text(f"! {warning}", "yellow") for warning in about.warnings()]
    for warning, policies in common_warnings(summaries):
        whose = "" if len(policies) == len(summaries) else f"{printable(listed(policies))}: "
        lines.append(Text(f"! {whose}{printable(warning)}", "yellow"))
    return lines


def _tables(summaries: Sequence[Summary], width: int) -> list[Text]:
    """One table where waits with all three percentiles fit side by side; else one of figures, and one of waits."""
    names = [summary.policy for summary in summaries]
    first, last = answer(summaries), run(summaries)
    tables = [[first, run(summaries, digest=8)], [waits(summaries, brief_duration)]]
    for words in (duration, short_duration, brief_duration):
        together = [first, waits(summaries, words), last]
        if fitted(names, together, width).policies == len(names):
            tables = [together]
            break
    letters = any(needs_letters(names, fitted(names, blocks, width)) for blocks in tables)
    lines = legend(names) if letters else []
    for blocks in tables:
        lines += [Text()] if lines else []
        lines += table(names, blocks, width, letters)
    return lines


def render_contexts(summaries: Sequence[Summary], console: Console) -> None:
    """Print the tables of every context, and first of which time they tell."""
    found = sections(summaries)
    if found:
        console.print(Text.assemble("\n", (found[0].lead, "dim")), highlight=False)
    render_sections(found, console)


def render_sections(shown: Sequence[Section], console: Console) -> None:
    """Print the tables of sections."""
    for section in shown:
        for part in section.parts:
            if isinstance(part, Table) and part.rows:
                title = Text.assemble("\n", (section.title, "bold"), f"  {printable(part.title)}")
                console.print(title, highlight=False)
                for line in table_lines(part, console.width):
                    console.print(line, highlight=False)
                if part.note:
                    console.print(Text(printable(part.note), "dim"), highlight=False)

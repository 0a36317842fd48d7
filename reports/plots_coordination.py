"""Plots of several schedulers: how busy each was, how often others were faster, and what it held and did not use."""

from collections.abc import Sequence

from reports.document import Plot
from reports.figures import Summary
from reports.ink import colour, drawing, to_svg
from reports.wording import percent, shortened
from sim.results import FiguresTable

CONTEXT = "coordination"
PANELS = (
    ("Schedulers", "busy", "busy", "{x:.0f} %", 100),
    ("Schedulers", "claims in conflict", "claims in conflict", "{x:.0f} %", 100),
    ("Schedulers", "claims lost", "claims lost in all", "{x:.0f} %", 100),
    ("Offers to schedulers", "CPU-hours held unused", "CPU-hours held unused", "{x:,.0f}", 1),
)
"""(table, column, heading, how numbers are written, times what) of what is drawn."""


def plots(summaries: Sequence[Summary]) -> tuple[Plot, ...]:
    """One, where some policy has schedulers to speak of."""
    if not any(_table(summary, "Schedulers") for summary in summaries):
        return ()
    worst = max(
        (value, summary.policy, name)
        for summary in summaries
        for name, value in _column(summary, "Schedulers", "claims lost")
    )
    words = (
        "How busy each scheduler was, which share of its claims was in conflict or lost, and what it held and did not "
        f"use, policy by policy. Most were lost with {worst[1]}, by {worst[2]}: {percent(worst[0])}."
    )
    return (Plot("Schedulers side by side", by_scheduler(summaries), words),)


def by_scheduler(summaries: Sequence[Summary]) -> str:
    """A row per policy, in each a bar per scheduler, the same colour for the same scheduler; a panel per figure."""
    drawn = [
        PANELS[0],
        *(panel for panel in PANELS[1:] if any(v for s in summaries for _, v in _column(s, *panel[:2]))),
    ]
    names = list(dict.fromkeys(name for s in summaries for name, _ in _column(s, *PANELS[0][:2])))
    rows = 0.3 + 0.12 * len(names)
    with drawing(1, 0.6 + rows * len(summaries), len(drawn), sharey=True) as (figure, grid):
        for axes, (table, column, heading, form, times) in zip(grid[0], drawn, strict=True):
            longest = 0.0
            for row, summary in enumerate(summaries):
                for name, value in _column(summary, table, column):
                    i = names.index(name)
                    thick = 0.8 / max(len(names), 1)
                    at = row + (i - (len(names) - 1) / 2) * thick
                    axes.barh([at], [value * times], height=thick * 0.9, color=colour(i))
                    longest = max(longest, value * times)
            axes.set_title(heading)
            axes.set_xlim(0, max(longest * 1.05, 1))
            axes.xaxis.set_major_formatter(form)
            axes.locator_params(axis="x", nbins=4)
            axes.grid(visible=False, axis="y")
        grid[0, 0].set_yticks(range(len(summaries)), [shortened(s.policy, 28) for s in summaries])
        grid[0, 0].set_ylim(len(summaries) - 0.5, -0.5)
        for i, name in enumerate(names):
            grid[0, 0].barh([0], [0], color=colour(i), label=shortened(name, 28))
        figure.legend(loc="outside upper left", ncols=4)
        return to_svg(figure, "schedulers")


def _table(summary: Summary, title: str) -> FiguresTable | None:
    return next((one for one in summary.contexts if (one.context, one.title) == (CONTEXT, title)), None)


def _column(summary: Summary, title: str, column: str) -> list[tuple[str, float]]:
    """(scheduler, figure); 0 where there is none."""
    table = _table(summary, title)
    if table is None:
        return []
    at = [name for name, _ in table.columns].index(column)
    return [(str(row[0]), float(row[at] or 0)) for row in table.rows]

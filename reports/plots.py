"""Plots of waits, use and cost as SVG text: who waited how long, what the fleet did, what it cost."""

from collections.abc import Sequence

import numpy as np

from reports.curves import Curves
from reports.figures import Split, Summary
from reports.ink import INK, PARTS, colour, dash, drawing, to_svg, wait_axis
from reports.wording import duration, money, percent, shortened

MOST_TENANTS = 12
MOST_NAMED = 30
"""Policies in a legend; further ones are drawn without a name."""
LEGEND_COLUMNS = 3
ON_PARTS = {"busy": "#ffffff", "boot": "#111111", "idle": "#111111"}


def wait_ecdf(curves: Sequence[Curves], summaries: Sequence[Summary]) -> str:
    """Share of jobs that waited at most so long: one line per policy, a dot at its p95."""
    lines = -(-min(len(curves), MOST_NAMED) // LEGEND_COLUMNS)
    with drawing(1, 2.9 + 0.17 * max(lines - 3, 0)) as (figure, grid):
        axes = grid[0, 0]
        longest = max((float(c.wait_us[-1]) for c in curves if len(c.wait_us)), default=0.0)
        for i, (curve, summary) in enumerate(zip(curves, summaries, strict=True)):
            p95 = summary.waits.overall.p95_us
            if p95 is None:
                continue
            x = np.concatenate([[0], curve.wait_us, [max(longest * 1.15, 1_000)]])
            y = np.concatenate([[0], curve.share, [1]]) * 100
            label = f"{shortened(curve.policy, 40)}  (p95 {duration(p95)})" if i < MOST_NAMED else None
            axes.plot(x, y, dash(i), drawstyle="steps-post", color=colour(i), label=label)
            at_p95 = curve.share[np.searchsorted(curve.wait_us, p95, "right") - 1] * 100
            axes.plot([p95], [at_p95], "o", color=colour(i))
        wait_axis(axes, longest)
        axes.set(xlabel="queue wait (logarithmic)", ylabel="jobs that waited at most this long", ylim=(0, 101))
        axes.set_yticks([0, 25, 50, 75, 95, 100], ["0", "25 %", "50 %", "75 %", "95 %", "100 %"])
        if axes.lines:
            figure.legend(loc="outside upper left", ncols=LEGEND_COLUMNS)
        return to_svg(figure, "ecdf")


def tenant_waits(summaries: Sequence[Summary]) -> str:
    """p50, p95 and p99 of each tenant's waits on one line; at most the MOST_TENANTS tenants with most jobs."""
    jobs = {name: waits.jobs for name, waits in summaries[0].waits.by_tenant.items() if waits.jobs}
    names = sorted(sorted(jobs, key=lambda name: -jobs[name])[:MOST_TENANTS], key=list(jobs).index)
    height = 0.22 + 0.2 * len(summaries)
    with drawing(1, 0.6 + height * max(len(names), 1)) as (figure, grid):
        axes = grid[0, 0]
        longest = 0
        for i, summary in enumerate(summaries):
            for row, name in enumerate(names):
                waits = summary.waits.by_tenant.get(name)
                if waits is None or waits.p50_us is None or waits.p95_us is None or waits.p99_us is None:
                    continue
                y = row + (i - (len(summaries) - 1) / 2) * 0.8 / max(len(summaries), 2)
                longest = max(longest, waits.p99_us)
                axes.plot([waits.p50_us, waits.p99_us], [y, y], color=colour(i), linewidth=1.2, alpha=0.55)
                for at, marker, size, fill in (
                    (waits.p50_us, "o", 5, "none"),
                    (waits.p95_us, "o", 5, colour(i)),
                    (waits.p99_us, "|", 7, colour(i)),
                ):
                    axes.plot([at], [y], marker, color=colour(i), markerfacecolor=fill, markersize=size)
            axes.plot([], [], dash(i), color=colour(i), label=shortened(summary.policy, 40))
        axes.set_yticks(range(len(names)), [shortened(name, 28) for name in names])
        axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        wait_axis(axes, longest)
        axes.set_xlabel("queue wait (logarithmic):  ○ p50   ● p95   | p99")
        figure.legend(loc="outside upper left", ncols=4)
        return to_svg(figure, "tenants")


def use_bars(summaries: Sequence[Summary]) -> str:
    """Busy, boot and idle as shares of the fleet's CPU time, one bar per policy."""
    shares = [(s.policy, s.utilisation.cpu_us) for s in summaries]
    return _bars(shares, "use", "share of the fleet's CPU time", as_share=True)


def cost_bars(summaries: Sequence[Summary]) -> str:
    """Cost of busy, boot and idle time in dollars, one bar per policy."""
    return _bars([(s.policy, s.cost.udollars) for s in summaries], "cost", "US dollars", as_share=False)


def _bars(rows: Sequence[tuple[str, Split]], name: str, label: str, as_share: bool) -> str:
    sizes = {part: np.array([max(0, getattr(split, part)) for _, split in rows], float) for part in PARTS}
    whole = sum(sizes.values(), np.zeros(len(rows)))
    unit = np.maximum(whole, 1) / 100 if as_share else np.full(len(rows), 1e6)
    longest = max((whole / unit).max(initial=0), 0.01)
    with drawing(1, 0.45 + 0.36 * len(rows)) as (figure, grid):
        axes = grid[0, 0]
        left = np.zeros(len(rows))
        for part, fill in PARTS.items():
            widths = sizes[part] / unit
            axes.barh(range(len(rows)), widths, left=left, height=0.62, color=fill, label=part)
            for row, (_, split) in enumerate(rows):
                if widths[row] > longest * 0.09:
                    words = percent(split.share(part)) if as_share else money(getattr(split, part))
                    axes.text(left[row] + widths[row] / 2, row, words, ha="center", va="center", color=ON_PARTS[part])
            left += widths
        if not as_share:
            for row, (_, split) in enumerate(rows):
                axes.text(left[row] + longest * 0.01, row, money(split.total), va="center", color=INK, weight="bold")
        axes.set_yticks(range(len(rows)), [shortened(policy, 28) for policy, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, longest * (1 if as_share else 1.12))
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter("{x:.0f} %" if as_share else "${x:,.6g}")
        axes.set_xlabel(label)
        figure.legend(loc="outside upper left", ncols=3)
        return to_svg(figure, name)

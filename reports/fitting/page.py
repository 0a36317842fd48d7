"""A fit as one HTML page: its tables, and pictures of recorded against fitted quantiles and of the week."""

import numpy as np

from reports.document import Document, Plot, Section
from reports.fitting.figures import ArrivalFit, Fit, KindFit
from reports.fitting.rows import (
    arrivals_words,
    batch_words,
    compared_table,
    duration_words,
    kinds_table,
    qq_table,
    verdict,
)
from reports.ink import colour, drawing, to_svg
from reports.wording import duration, number, shortened

MOST_PICTURES = 12
TICKS_US = (1_000, 10_000, 100_000, *(s * 1_000_000 for s in (1, 10, 60, 600, 3600, 21_600, 86_400, 604_800)))


def fit_page(fit: Fit, notes: tuple[str, ...] = ()) -> Document:
    kinds = [kind for kind in fit.kinds if kind.duration.model in ("lognormal", "mixture")][:MOST_PICTURES]
    week = (Plot("Pushes by the hour", week_svg(fit.arrivals), arrivals_words(fit.arrivals)),) * bool(
        fit.arrivals.hours
    )
    pictures = (Plot("Recorded and fitted quantiles", qq_svg(kinds), _said(kinds)),) if kinds else ()
    return Document(
        title=f"Fit of {fit.path.rsplit('/', 1)[-1]}",
        facts=(("Arrivals", arrivals_words(fit.arrivals)), ("Jobs per push", batch_words(fit.batch))),
        headlines=(verdict(fit),),
        warnings=(*notes, *fit.remarks),
        sections=(
            Section("compared", "What samples give back", "", (compared_table(fit),)),
            Section("week", "When pushes come", "", week),
            Section("durations", "How long jobs run", "", (kinds_table(fit), *pictures, *map(qq_table, kinds[:6]))),
        ),
    )


def qq_svg(kinds: list[KindFit]) -> str:
    """Recorded quantiles from left to right, fitted ones upwards: on the line they are the same."""
    columns = min(3, len(kinds))
    rows = -(-len(kinds) // columns)
    with drawing(rows, 2.6, columns) as (figure, grid):
        for i, axes in enumerate(grid.flat):
            if i >= len(kinds):
                axes.set_visible(False)
                continue
            pairs = np.array(kinds[i].duration.qq_us, np.float64)
            low, high = max(pairs.min() * 0.8, 1), pairs.max() * 1.25
            axes.plot([low, high], [low, high], ":", color="#8a8f98", linewidth=1)
            axes.plot(pairs[:, 0], pairs[:, 1], "o", color=colour(0), markersize=4)
            axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
            ticks = [tick for tick in TICKS_US if low <= tick <= high] or [round(low), round(high)]
            axes.set_xticks(ticks, [duration(tick) for tick in ticks])
            axes.set_yticks(ticks, [duration(tick) for tick in ticks])
            axes.minorticks_off()
            axes.set_title(f"{shortened(kinds[i].name, 26)}  (D {kinds[i].duration.distance:.3f})")
        figure.supxlabel("recorded: p1, p2, p5 … p99", fontsize=9)
        figure.supylabel("fitted", fontsize=9)
        return to_svg(figure, "qq")


def week_svg(arrivals: ArrivalFit) -> str:
    hours = np.array(arrivals.hours)
    if len(hours) == 24:
        hours = np.concatenate([hours * (1.0 if day < 5 else arrivals.weekend) for day in range(7)])
    rates = hours / hours.mean() * arrivals.rate_per_hour
    with drawing(1, 2.2) as (figure, grid):
        axes = grid[0, 0]
        axes.step(np.arange(169), np.r_[rates, rates[-1]], where="post", color=colour(0), linewidth=1.2)
        axes.set_xticks(range(0, 168, 24), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
        axes.set(xlim=(0, 168), ylim=(0, None), ylabel="pushes an hour")
        if arrivals.timezone:
            axes.set_xlabel(f"hours of the week, {arrivals.timezone}")
        return to_svg(figure, "week")


def _said(kinds: list[KindFit]) -> str:
    return "; ".join(
        f"{kind.name}: {duration_words(kind.duration)}, D {number(kind.duration.distance)}" for kind in kinds
    )

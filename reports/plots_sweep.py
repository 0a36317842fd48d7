"""A sweep as a picture: a figure against the swept field with its intervals, or a heat map where two are swept."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reports.ink import colour, dash, drawing, to_svg
from reports.sweep import Cell, Sweep
from reports.unit_words import in_unit
from reports.wording import shortened
from scenarios.vocabulary import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS = 9
MOST_WORDS = 120
"""Tiles of a heat map that still have their value written on them."""


def picture(sweep: Sweep, metric: str, places: Sequence[Sequence[float]]) -> str:
    """As SVG; `places` has a number for every point and swept field, by which they are set apart. "" for nothing."""
    cells = [cell for cell in sweep.cells if _value(cell, metric) is not None]
    if not cells or not sweep.swept:
        return ""
    tiles = len({tuple(place) for place in places})
    whole = tiles == len({place[0] for place in places}) * len({place[-1] for place in places})
    if len(sweep.swept) == 2 and whole:
        return _heat(sweep, metric, places, cells)
    return _lines(sweep, metric, places, cells)


def _value(cell: Cell, metric: str) -> float | None:
    estimate = cell.estimates.get(metric)
    return estimate.value if estimate else None


def _lines(sweep: Sweep, metric: str, places: Sequence[Sequence[float]], cells: Sequence[Cell]) -> str:
    """A panel for each swept field, a colour for each policy; lines where only one field is swept."""
    number = len(sweep.swept)
    with drawing(-(-number // 2), 3.0, min(number, 2), sharey=True) as (figure, grid):
        for at, one in enumerate(sweep.swept):
            axes = grid[at // 2, at % 2]
            for i, policy in enumerate(sweep.policies):
                mine = sorted((places[cell.point][at], cell.point, cell) for cell in cells if cell.policy == policy)
                x = [place for place, *_ in mine]
                y = [_value(cell, metric) or 0.0 for *_, cell in mine]
                half = [cell.estimates[metric].half_width or 0.0 for *_, cell in mine]
                style = dash(i) if number == 1 else ""
                axes.errorbar(x, y, half, fmt=f"o{style}", color=colour(i), capsize=2.5, markersize=4, linewidth=1.4,
                              label=shortened(policy, 40) if at == 0 else None)  # fmt: skip
            _ticks(axes, [place[at] for place in places], sweep, at)
            axes.set_xlabel(one.name)
            axes.set_ylim(bottom=0)
            _in_unit(axes, sweep.units[metric])
        for at in range(number, grid.size):
            grid[at // 2, at % 2].set_axis_off()
        grid[0, 0].set_ylabel(metric)
        if len(sweep.policies) > 1:
            figure.legend(loc="outside upper left", ncols=3)
        return to_svg(figure, "sweep")


def _ticks(axes: "Axes", places: Sequence[float], sweep: Sweep, field: int) -> None:
    """At the values that were tried, as a scenario file has them; some of them where there are many."""
    at = sorted(set(places))
    words = {place: list(point.values.values())[field] for place, point in zip(places, sweep.points, strict=True)}
    step = -(-len(at) // MOST_TICKS)
    chosen = at[::step]
    axes.set_xticks(chosen, [shortened(words[place], 16) for place in chosen])


def _in_unit(axes: "Axes", unit: Unit) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: in_unit(value, unit)))


def _heat(sweep: Sweep, metric: str, places: Sequence[Sequence[float]], cells: Sequence[Cell]) -> str:
    """A panel for each policy, a tile for each point, one scale of colour for all."""
    first, second = sweep.swept
    columns, rows = (sorted({place[at] for place in places}) for at in (0, 1))
    known = [value for cell in cells if (value := _value(cell, metric)) is not None]
    low, high = min(known), max(known)
    panels = len(sweep.policies)
    with drawing(-(-panels // 2), 0.9 + 0.3 * len(rows), min(panels, 2)) as (figure, grid):
        for i, policy in enumerate(sweep.policies):
            axes = grid[i // 2, i % 2]
            table: list[list[float]] = [[float("nan")] * len(columns) for _ in rows]
            for cell in cells:
                if cell.policy == policy:
                    x, y = places[cell.point]
                    table[rows.index(y)][columns.index(x)] = _value(cell, metric) or 0.0
            image = axes.imshow(table, origin="lower", aspect="auto", cmap="cividis", vmin=low, vmax=high or 1)
            axes.grid(visible=False)
            _words_on(axes, table, sweep.units[metric], low, high)
            for at, side, each in ((0, axes.set_xticks, columns), (1, axes.set_yticks, rows)):
                words = {place[at]: list(p.values.values())[at] for place, p in zip(places, sweep.points, strict=True)}
                step = -(-len(each) // MOST_TICKS)
                side(range(0, len(each), step), [shortened(words[value], 12) for value in each[::step]])
            axes.set_xlabel(first.name)
            axes.set_ylabel(second.name)
            axes.set_title(f"{metric}: {shortened(policy, 32)}" if panels > 1 else metric)
        for at in range(panels, grid.size):
            grid[at // 2, at % 2].set_axis_off()
        from matplotlib.ticker import FuncFormatter

        unit = sweep.units[metric]
        figure.colorbar(image, ax=list(grid.flat), format=FuncFormatter(lambda value, _: in_unit(value, unit)))
        return to_svg(figure, "sweep")


def _words_on(axes: Any, table: Sequence[Sequence[float]], unit: Unit, low: float, high: float) -> None:
    if sum(map(len, table)) > MOST_WORDS or len(table[0]) > 8:
        return
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            if value == value:
                bright = value > (low + high) / 2
                words = in_unit(value, unit).replace(" ", "")
                axes.text(x, y, words, ha="center", va="center", color="#111111" if bright else "#ffffff", fontsize=8)

"""Plots along the time of the run: jobs queued and running, and what the fleet's capacity did."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.curves import Curves, Floats
from reports.ink import DAY, INK, PARTS, drawing, from_zero, time_axis, to_svg
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUEUED, RUNNING = "#D55E00", "#1A80BB"


def jobs_in_time(curves: Sequence[Curves]) -> str:
    """Jobs queued and running, one panel per policy on the same axes: the line is the mean, the shade the peak."""

    def draw(axes: "Axes", curve: Curves, at: Floats) -> None:
        for name, of, fill in (("running", curve.running, RUNNING), ("queued", curve.queued, QUEUED)):
            axes.stairs(of.max, at, baseline=of.mean, fill=True, color=fill, alpha=0.3, linewidth=0)
            axes.stairs(of.mean, at, color=fill, linewidth=1.2, label=name)

    return _panels(curves, "jobs", draw, "jobs", 1.55)


def capacity_in_time(curves: Sequence[Curves]) -> str:
    """Busy, boot and idle CPUs stacked up to the capacity that existed, one panel per policy on the same axes."""

    def draw(axes: "Axes", curve: Curves, at: Floats) -> None:
        busy = curve.busy_cpus
        boot = busy + curve.boot_cpus
        top = np.maximum(curve.exist_cpus, boot)
        for name, upper, lower in (("busy", busy, 0 * busy), ("boot", boot, busy), ("idle", top, boot)):
            axes.stairs(upper, at, baseline=lower, fill=True, color=PARTS[name], linewidth=0, label=name)
        axes.stairs(top, at, color=INK, linewidth=0.9, label="capacity")

    return _panels(curves, "CPUs", draw, "capacity", 1.55)


def _panels(
    curves: Sequence[Curves],
    unit: str,
    draw: "Callable[[Axes, Curves, Floats], None]",
    name: str,
    height: float,
) -> str:
    from matplotlib.ticker import MaxNLocator

    scale, label = time_axis(max((float(curve.edges_us[-1]) for curve in curves), default=1.0))
    with drawing(max(len(curves), 1), height, sharex=True, sharey=True) as (figure, grid):
        for i, curve in enumerate(curves):
            axes = grid[i, 0]
            draw(axes, curve, curve.edges_us / scale)
            axes.set_title(shortened(curve.policy, 60))
            axes.set_ylabel(unit)
            if curve.warm_up_us:
                warm_up = curve.warm_up_us / scale
                axes.axvspan(0, warm_up, color="#8a94a3", alpha=0.25, linewidth=0, zorder=3, label="warm-up")
            if curve.edges_us[-1] > curve.horizon_us * 1.002:
                axes.axvline(curve.horizon_us / scale, color=INK, linewidth=1, linestyle=":", label="horizon")
            axes.margins(x=0)
        from_zero(grid[0, 0])
        grid[-1, 0].set_xlabel(label)
        grid[-1, 0].xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10] if scale == DAY else [1, 2, 3, 6, 10]))
        grid[-1, 0].xaxis.set_major_formatter("{x:g}")
        handles, names = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=6)
        return to_svg(figure, name)

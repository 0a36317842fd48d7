"""The fleets that a plan tried, cost against waits: what passes, what fails, the front, and the answer."""

from typing import TYPE_CHECKING

from reports.ink import INK, WAIT_TICKS, S, colour, drawing, to_svg
from reports.planning.findings import Plan, Trial, value_of
from reports.unit_words import in_unit
from reports.wording import shortened
from scenarios.thresholds import parse_threshold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = {"pass": ("o", 2, "passes"), "inconclusive": ("s", 5, "cannot be told"), "fail": ("x", 1, "fails")}
WAIT = "p95(wait)"


def front_plot(plan: Plan) -> str:
    """As SVG; nodes where nothing costs anything. "" where no fleet has a wait."""
    free = not any(value_of(trial, "cost") for trial in plan.trials)

    def across(trial: Trial) -> float:
        return float(trial.nodes) if free else value_of(trial, "cost") or 0.0

    known = [trial for trial in plan.trials if value_of(trial, WAIT) is not None]
    if not known:
        return ""
    with drawing(1, 3.4) as (figure, grid):
        axes = grid[0, 0]
        for outcome, (mark, ink, words) in MARKS.items():
            mine = [trial for trial in known if trial.outcome == outcome]
            if mine:
                x, y = [across(trial) for trial in mine], [value_of(trial, WAIT) or 0.0 for trial in mine]
                half = [trial.estimates[WAIT].half_width or 0.0 for trial in mine]
                axes.errorbar(
                    x, y, half, fmt=mark, color=colour(ink), capsize=2, markersize=5, linewidth=1, label=words
                )
        front = [(across(trial), value_of(trial, WAIT) or 0.0) for trial in plan.front]
        axes.plot(*zip(*front, strict=True), color=colour(0), linewidth=1, drawstyle="steps-post", label="front")
        bounds = [one.bound for text in plan.thresholds if str((one := parse_threshold(text)).metric.measured) == WAIT]
        for bound in bounds:
            axes.axhline(bound, color=INK, linewidth=0.8, linestyle="--", label=f"{WAIT} of {in_unit(bound, 'us')}")
        if plan.answer and plan.verdict in ("found", "enough"):
            at = across(plan.answer), value_of(plan.answer, WAIT) or 0.0
            words = shortened(plan.answer.words, 60)
            axes.plot([at[0]], [at[1]], "o", markersize=11, markerfacecolor="none", color=INK, label=words)
        _axes(axes, free, max([*bounds, *(value_of(trial, WAIT) or 0.0 for trial in known)]))
        figure.legend(loc="outside upper left", ncols=3)
        return to_svg(figure, "plan")


def _axes(axes: "Axes", free: bool, longest: float) -> None:
    """Waits go over many sizes: a logarithmic axis, with a place for none."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(6, integer=free))
    if not free:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: in_unit(value, "udollars")))
    axes.set_yscale("symlog", linthresh=S, linscale=0.4)
    top = max(longest * 1.3, S)
    ticks = [tick for tick in WAIT_TICKS if tick <= top and (tick >= S or not tick)]
    axes.set_yticks(ticks, [in_unit(tick, "us") for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(-S * 0.06, top)
    axes.set_xlabel("nodes" if free else "cost of the window")
    axes.set_ylabel(f"{WAIT} (logarithmic)")

"""How plots look: palette, type, axes of time and waits, and SVG that is the same bytes every time."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from reports.wording import duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POLICY_COLOURS = ("#1A80BB", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7A7A7A", "#8C6BB1")
"""After Okabe and Ito, for all kinds of colour vision: no yellow (pale on white), a lighter blue (for dark pages)."""

PARTS = {"busy": "#2E8B74", "boot": "#E69F00", "idle": "#C9CFD8"}
DASHES = ("-", "--", "-.", ":")

INK, GRID = "#010203", "#040506"
"""Stand-ins that become `currentColor` and `var(--grid)`: a page decides, by day and by night."""

LOWEST = 1.7  # inches: below, nothing is left between legend and axis
WIDTH = 9.2  # inches, at 72 points each: 662 px before the page scales it
S, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
WAIT_TICKS = (0, 1_000, 10_000, 100_000, S, 10 * S, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)

RC: dict[Any, Any] = {
    "svg.hashsalt": "windtunnel", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": GRID, "xtick.color": GRID, "ytick.color": GRID,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6,
    "axes.axisbelow": True, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0, "axes.titlesize": 9,
    "axes.titleweight": "bold", "axes.titlelocation": "left", "legend.frameon": False, "legend.fontsize": 9,
    "figure.facecolor": "none", "axes.facecolor": "none", "lines.linewidth": 1.8, "text.parse_math": False,
}  # fmt: skip


@contextmanager
def drawing(rows: int, row_height: float, columns: int = 1, **options: Any) -> Iterator[tuple["Figure", Any]]:
    """A figure with `rows` × `columns` axes (always a 2-d array), in the house style."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(WIDTH, max(LOWEST, 0.5 + rows * row_height)), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.subplots(rows, columns, squeeze=False, **options)


def to_svg(figure: "Figure", name: str) -> str:
    """The figure as an `<svg>` element: no date, ids that start with `name`, colours that the page decides."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)  # 0.01 pt will do
    svg = svg.replace(INK, "currentColor").replace(GRID, "var(--grid, #d5d9e0)")
    svg = svg.replace("'DejaVu Sans'", "system-ui, 'DejaVu Sans', sans-serif")
    return re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)


def colour(i: int) -> str:
    return POLICY_COLOURS[i % len(POLICY_COLOURS)]


def dash(i: int) -> str:
    return DASHES[i // len(POLICY_COLOURS) % len(DASHES)]


def wait_axis(axes: "Axes", longest_us: float) -> None:
    """An x axis of waits: logarithmic, but with a place for 0; ticks at durations that people know."""
    threshold = S if longest_us > 10 * S else 1_000
    axes.set_xscale("symlog", linthresh=threshold, linscale=0.4)
    top = max(longest_us * 1.15, threshold)
    ticks = [tick for tick in WAIT_TICKS if tick <= top and (tick >= threshold or not tick)]
    axes.set_xticks(ticks, [duration(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(-threshold * 0.06, top)


def time_axis(end_us: float) -> tuple[float, str]:
    """(µs per unit, axis label) for a run that lasts until `end_us`."""
    if end_us > 3 * DAY:
        return DAY, "days since the start"
    if end_us > 3 * HOUR:
        return HOUR, "hours since the start"
    return (MINUTE, "minutes since the start") if end_us > 3 * MINUTE else (S, "seconds since the start")


def from_zero(axes: "Axes", words: Callable[[float], str] | None = None) -> None:
    """A y axis from 0 with few ticks."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(0, max(axes.get_ylim()[1], 1))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    show = words or (lambda value: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show(value)))

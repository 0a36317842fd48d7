"""The tables of a fit, in words: for the screen and for the page."""

from reports.document import Table
from reports.fitting.figures import ArrivalFit, BatchFit, Compared, DurationFit, Fit, KindFit
from reports.wording import count, number, percent, several, short_duration

NO_TEST = (
    "D is the largest difference of the two distribution functions; “1 %” is what it exceeds in 1 % of samples of a "
    "lognormal that is fitted to them (of a mixture: less). Of many jobs any smooth model fails that: look at how far "
    "off it is."
)


def arrivals_words(fit: ArrivalFit) -> str:
    shape = {
        "flat": "the same at any time",
        "day": "24 hours of the day",
        "day and weekend": f"24 hours of a weekday, weekend {number(fit.weekend)} × that",
        "week": "168 hours of the week",
    }[fit.profile]
    zone = f" ({fit.timezone})" if fit.timezone and fit.profile != "flat" else ""
    return (
        f"{count(fit.pushes)} pushes in {number(fit.weeks)} weeks, {number(fit.rate_per_hour)} an hour; {shape}{zone}"
    )


def batch_words(fit: BatchFit) -> str:
    mean = f"mean {number(fit.recorded_mean)}, largest {count(fit.largest)}"
    if fit.model == "constant":
        return f"always {number(fit.mean)}"
    if fit.model == "lognormal":
        return f"{mean}: lognormal, median {number(fit.median)}, σ {number(fit.sigma)}, D {number(fit.distance)}"
    return f"{mean}: as recorded, {several(len(fit.values), 'size')} with weights"


def duration_words(fit: DurationFit) -> str:
    if fit.model == "constant":
        return f"always {short_duration(round(fit.mean_us))}"
    if fit.model == "empirical":
        return f"{several(len(fit.quantiles_us), 'quantile')} as recorded"
    return " + ".join(
        f"{weight:.2f}·LogN({short_duration(median)}, {sigma:.2f})" if len(fit.parts) > 1 else
        f"LogN({short_duration(median)}, {sigma:.2f})"
        for weight, median, sigma in fit.parts
    )  # fmt: skip


def _model(fit: DurationFit) -> str:
    return f"{len(fit.parts)} lognormals" if fit.model == "mixture" else fit.model


def kinds_table(fit: Fit, wide: bool = True) -> Table:
    columns = ("queue" if fit.by == "queue" else "label", "jobs", "share", "fail", "D", "1 %", "A²/n", "mean", "model")
    rows = tuple((*_kind(kind), duration_words(kind.duration) if wide else _model(kind.duration)) for kind in fit.kinds)
    kept = range(len(columns)) if wide else (0, 1, 3, 4, 5, 7, 8)
    return Table(
        "Durations by kind",
        tuple(columns[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows),
        note=NO_TEST,
    )


def _kind(kind: KindFit) -> tuple[str, ...]:
    of = kind.duration
    near = of.model in ("lognormal", "mixture")
    return (
        kind.name, count(kind.jobs), percent(kind.share), percent(kind.failure_rate),
        f"{of.distance:.3f}" if near else "–", f"{of.by_chance:.3f}" if near else "–",
        f"{of.anderson_darling:.4f}" if near else "–", short_duration(round(of.recorded_mean_us)),
    )  # fmt: skip


def compared_table(fit: Fit) -> Table:
    rows = tuple(
        (
            one.figure, _value(one, one.recorded), _value(one, one.fitted),
            f"{_value(one, one.least)} … {_value(one, one.most)}", "" if one.held else "not held",
        )
        for one in fit.compared
    )  # fmt: skip
    title = f"The recording and {several(fit.samples, 'sample')} of the fit"
    return Table(title, ("figure", "trace", "fitted", "least … most", ""), rows)


def qq_table(kind: KindFit) -> Table:
    from reports.fitting.durations import SHARES

    rows = tuple(
        (f"p{share}", short_duration(a), short_duration(b))
        for share, (a, b) in zip(SHARES, kind.duration.qq_us, strict=True)
    )
    return Table(f"Quantiles of {kind.name}", ("share", "trace", "fitted"), rows)


def verdict(fit: Fit) -> str:
    """One line: what may be asked of the model, and what not."""
    if not fit.compared:
        return "not compared with its samples"
    lost = [one.figure for one in fit.compared if not one.held]
    if not lost:
        return "all figures are given back within a fifth, or as near as samples differ"
    return f"given back within a fifth: {len(fit.compared) - len(lost)} of {len(fit.compared)}; not: {', '.join(lost)}"


def _value(one: Compared, value: float) -> str:
    if one.unit == "duration":
        return short_duration(round(value))
    return percent(value) if one.unit == "share" else number(value)

"""Thresholds and precisions as people write them (`p95(wait{team=web}) < 120s`), parsed with exact complaints."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from scenarios.problems import choices, show
from scenarios.quantities import DURATION, QuantityError
from scenarios.threshold_source import Source, ThresholdError
from scenarios.vocabulary import CONTEXTS, FIGURES, POLICY, STATISTICS, Figure, Unit, figure, names

Comparison = Literal["<", "<=", ">", ">=", "=="]
COMPARISONS: tuple[Comparison, ...] = ("<=", ">=", "==", "<", ">")
FUNCTIONS = ("p1 … p99", *STATISTICS, "rate", "count", "delta")


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run: a statistic of a distribution or level, the rate or count of an event, or a plain number.

    `statistic` is "" for a number of which a run has only one (`cost`, also written `mean(cost)`).
    """

    statistic: str
    name: str
    selectors: tuple[tuple[str, str], ...] = ()
    columns: tuple[int, ...] = field(default=(), compare=False)  # where each selector's value stands

    @property
    def about(self) -> Figure:
        found = figure(self.name)
        assert found is not None
        return found

    @property
    def unit(self) -> Unit:
        """Of its value."""
        return "share" if self.statistic == "rate" else self.about.unit

    @property
    def policy(self) -> str | None:
        """The only policy that it is about."""
        return dict(self.selectors).get(POLICY)

    @property
    def measured(self) -> "Metric":
        """The same without the policy: what is asked of one run."""
        return Metric(self.statistic, self.name, tuple(each for each in self.selectors if each[0] != POLICY))

    def __str__(self) -> str:
        chosen = ",".join(f"{key}={_quoted(value)}" for key, value in self.selectors)
        name = f"{self.name}{{{chosen}}}" if chosen else self.name
        return f"{self.statistic}({name})" if self.statistic else name


@dataclass(frozen=True, slots=True)
class Threshold:
    """A metric and the bound it has to keep; of a `delta` the metric's difference to that of policy `against`.

    `bound` is in the metric's unit (µs, micro-dollars, a share of 1, a number), `relative` deltas are shares of the
    other policy's value. `against` is "" for the first policy.
    """

    text: str
    metric: Metric
    comparison: Comparison
    bound: float
    delta: bool = False
    relative: bool = False
    against: str = ""
    against_column: int = field(default=0, compare=False)
    bound_unit: Unit = "any"  # that it was written in


@dataclass(frozen=True, slots=True)
class Precision:
    """How narrow an interval has to be: half-width below `target`, a share of the value where `relative`."""

    text: str
    metric: Metric
    target: float
    relative: bool


def parse_threshold(text: str) -> Threshold:
    """Raises ThresholdError."""
    source = Source(text)
    delta = source.take("delta") and source.need("(")
    metric = _metric(source)
    against, column = "", 0
    if delta:
        if source.take(","):
            column = source.column
            against = source.value("the name of a policy")
        source.need(")")
    comparison = next((each for each in COMPARISONS if source.take(each)), None)
    if comparison is None:
        source.refuse("one of <, <=, >, >= and ==")
    bound, relative, unit = _bound(source, metric.unit, signed=bool(delta))
    return Threshold(text, metric, comparison, bound, bool(delta), relative, against, column, unit)


def parse_precision(text: str) -> Precision:
    """Of `ci(METRIC) < TARGET`, the target a percentage of the value or in its unit; raises ThresholdError."""
    source = Source(text)
    if not source.take("ci"):
        source.refuse("ci(METRIC) < TARGET such as ci(p95(wait)) < 5%")
    source.need("(")
    metric = _metric(source)
    source.need(")")
    source.need("<")
    column = source.column
    share = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?%", source.rest)
    if share:
        target, relative = float(Fraction(share[1]) / 100), True
    else:
        target, relative, _ = _bound(source, metric.unit, signed=False)
    if not target > 0 or (relative and target >= 1):
        raise ThresholdError(text, column, show(text[column - 1 :]), "more than 0, and less than 100 %")
    return Precision(text, metric, target, relative)


def parse_metric(text: str) -> Metric:
    """Of a metric alone, such as `p95(wait)`; raises ThresholdError."""
    source = Source(text)
    metric = _metric(source)
    if source.rest:
        source.refuse("nothing more")
    return metric


def _metric(source: Source) -> Metric:
    """STATISTIC(NAME{…}) or NAME{…}."""
    column, word = source.column, source.word()
    if not word:
        source.refuse(f"a figure: {', '.join(FUNCTIONS)} of a name, or a name")
    statistic = ""
    if source.take("("):
        if not re.fullmatch(r"p[1-9][0-9]?|rate|count|mean|max|min", word):
            source.refuse(choices(word, FUNCTIONS), column, word)
        statistic, at = word, column
        column, word = source.column, source.word()
    about = figure(word)
    if about is None:
        found = word or source.next_shown
        table = f"CONTEXT.TABLE.COLUMN with a context of {', '.join(CONTEXTS)}"
        source.refuse(choices(found, names()) if word.count(".") < 2 else table, column, found)
    if statistic and not _fits(statistic, about):
        source.refuse(_ways(word, about), at, statistic)
    if not statistic and about.kind != "number":
        source.refuse(_ways(word, about), column, word)
    selectors, columns = _selectors(source, about)
    if statistic:
        source.need(")")
    return Metric("" if about.kind == "number" else statistic, word, selectors, columns)


def _fits(statistic: str, about: Figure) -> bool:
    if about.kind == "event":
        return statistic in ("rate", "count")
    if about.kind == "number":
        return statistic == "mean" or (statistic == "count" and about.unit == "count")
    return statistic not in ("rate", "count")


def _ways(name: str, about: Figure) -> str:
    """How a figure may be asked for."""
    if about.kind == "event":
        return f"rate({name}) or count({name})"
    if about.kind == "number":
        return f"{name} or mean({name}): a run has one such figure"
    return f"p1 … p99, {', '.join(STATISTICS)} of {name}"


def _selectors(source: Source, about: Figure) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
    """`{tenant=web,label=build}`, or nothing. Contexts' tables are selected by any of their columns of names."""
    found: dict[str, tuple[str, int]] = {}
    allowed = [*about.selectors, POLICY]
    if source.take("{"):
        while True:
            column, key = source.column, source.word()
            key = "tenant" if key == "team" and "tenant" in allowed else key
            if (key not in allowed and not about.open) or not key:
                source.refuse(choices(key, allowed), column, key or source.next_shown)
            if key in found:
                source.refuse(f"{key} once", column, key)
            source.need("=")
            found[key] = (source.value(f"a {key}"), source.last)
            if source.take("}"):
                break
            if not source.take(","):
                source.refuse(", or }")
    if about is FIGURES["cost"] and len(found.keys() - {POLICY}) > 1:
        source.refuse("one of tenant, label and pool: cost is split by each alone", source.last, list(found)[-1])
    keys = tuple((key, value) for key, (value, _) in found.items())
    return keys, tuple(column for _, column in found.values())


_SIGNED = r"(?P<sign>[+-]?) ?(?P<rest>.+)"
_PLAIN = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
_EXAMPLES: dict[Unit, str] = {
    "us": "a duration with a unit such as 30s, 5m or 1h30m",
    "udollars": "an amount such as $100 or $0.05",
    "share": "a share such as 5% or 0.05",
    "count": "a number such as 0 or 250",
    "number": "a number such as 0.95",
    "any": "a number, a share such as 5%, a duration such as 30s or an amount such as $100",
}


def _bound(source: Source, unit: Unit, signed: bool) -> tuple[float, bool, Unit]:
    """What the metric is held against, whether it is a share of another policy's, and its unit."""
    column, text = source.column, source.rest
    parts = re.fullmatch(_SIGNED if signed else "(?P<sign>)(?P<rest>.+)", text)
    relative_too = ", or a change in per cent such as +5%" if signed else ""
    if parts:
        share = re.fullmatch(rf"({_PLAIN}) ?%", parts["rest"])
        negative = -1 if parts["sign"] == "-" else 1
        if share and signed:
            return negative * float(Fraction(share[1]) / 100), True, "share"
        for candidate in ("count", "share", "us", "udollars") if unit == "any" else (unit,):
            value, why = _amount(parts["rest"], candidate)
            if value is not None:
                return negative * value, False, candidate
        if unit != "any" and why:
            source.refuse(_EXAMPLES[unit] + relative_too, column, f"{show(text)[1:-1]} ({why})")
    return source.refuse(_EXAMPLES[unit] + relative_too, column, text or "nothing")


def _amount(text: str, unit: Unit) -> tuple[float | None, str]:
    """A bound without its sign in base units, or None and perhaps why not."""
    if unit == "us":
        try:
            return float(DURATION.parse(text)), ""
        except QuantityError as error:
            return None, error.why
    if unit == "udollars":
        money = re.fullmatch(rf"\$ ?({_PLAIN})", text)
        return (float(Fraction(money[1]) * 10**6), "") if money else (None, "")
    share = re.fullmatch(rf"({_PLAIN}) ?%", text) if unit == "share" else None
    number = re.fullmatch(_PLAIN, text)
    value = float(Fraction(share[1]) / 100) if share else float(number[0]) if number else None
    if unit == "share" and value is not None and value > 1:
        return None, "more than everything"
    return value, ""


def _quoted(value: str) -> str:
    return value if re.fullmatch(Source.BARE, value) else f'"{value}"'

"""A figure of a context's tables by name: `artifacts.caches.hit_rate{cache=deps}`."""

from collections.abc import Sequence

from scenarios.thresholds import Metric
from scenarios.vocabulary import POLICY, slug
from sim.results import FiguresTable


def context_value(metric: Metric, tables: Sequence[FiguresTable]) -> float | str | None:
    """The figure that the selectors leave, or in words why there is not exactly one. Counts and times of rows add up.

    A context that had nothing to say leaves its table out, as one without misses may: then there is no figure.
    """
    context, title, column = metric.name.split(".")
    mine = [table for table in tables if table.context == context]
    named = [table for table in mine if slug(table.title) == title]
    if not named:
        known = ", ".join(dict.fromkeys(slug(table.title) for table in mine))
        return f"{context} has no table {title}, only {known}" if mine else None
    table = named[0]
    columns = [slug(name) for name, _ in table.columns]
    units = [unit for _, unit in table.columns]
    figures = [name for name, unit in zip(columns, units, strict=True) if unit != "text"]
    if column not in figures:
        return f"{context}.{title} has no figure {column}, only {', '.join(figures)}"
    texts = [name for name, unit in zip(columns, units, strict=True) if unit == "text"]
    wanted = {key: value for key, value in metric.selectors if key != POLICY}
    if strangers := [key for key in wanted if key not in texts]:
        return f"{context}.{title} has no names {strangers[0]}, only {', '.join(texts) or 'one row'}"
    at = columns.index(column)
    rows = [row for row in table.rows if all(str(row[columns.index(key)]) == wanted[key] for key in wanted)]
    values = [value for row in rows if (value := row[at]) is not None and not isinstance(value, str)]
    if not values:
        return None
    if len(values) > 1 and units[at] != "count":
        return f"{len(rows)} rows of {context}.{title} have it: choose one with {', '.join(texts)}"
    return float(sum(values))

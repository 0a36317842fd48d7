"""Metrics as OTLP: every series as it stood at regular times, cumulative since the start of the run."""

from collections.abc import Sequence
from typing import Any

from domain.telemetry.metrics import Metric
from domain.telemetry.points import Counter, ExponentialHistogram, Gauge, Histogram, Point
from domain.telemetry.tags import TagSet
from reports.manifest import RunFacts
from reports.otlp import Json, Write, attributes, resource, when, write_line

CUMULATIVE = 2
US_PER_S = 1_000_000


class OtlpMetrics:
    """Writes what the metrics show whenever it is asked to, a line each time."""

    def __init__(self, write: Write, facts: RunFacts, metrics: Sequence[Metric[Any]]) -> None:
        self.points = 0
        self._write = write
        self._about = resource(facts)
        self._metrics = metrics

    def collect(self, now_us: int) -> None:
        found = [metric_json(metric, now_us) for metric in self._metrics if len(metric)]
        self.points += sum(len(metric) for metric in self._metrics)
        write_line(self._write, "Metrics", self._about, "metrics", found)


def metric_json(metric: Metric[Any], now_us: int) -> Json:
    points = list(metric)
    found: Json = {"name": metric.name, "unit": metric.unit, "description": metric.description}
    data = [_point(tags, point, now_us, US_PER_S if metric.unit == "s" else 1) for tags, point in points]
    kind = points[0][1]
    if isinstance(kind, ExponentialHistogram):
        found["exponentialHistogram"] = {"dataPoints": data, "aggregationTemporality": CUMULATIVE}
    elif isinstance(kind, Histogram):
        found["histogram"] = {"dataPoints": data, "aggregationTemporality": CUMULATIVE}
    elif isinstance(kind, Gauge):
        found["gauge"] = {"dataPoints": data}
    else:
        monotone = isinstance(kind, Counter)
        found["sum"] = {"dataPoints": data, "aggregationTemporality": CUMULATIVE, "isMonotonic": monotone}
    return found


def _point(tags: TagSet, point: Point, now_us: int, worth: int) -> Json:
    found: Json = {"attributes": attributes(tags), "startTimeUnixNano": when(0), "timeUnixNano": when(now_us)}
    if isinstance(point, Histogram | ExponentialHistogram):
        found |= {"count": str(point.count), "sum": point.sum / worth}
        if point.count:
            found |= {"min": point.min / worth, "max": point.max / worth}
        if isinstance(point, Histogram):
            found["bucketCounts"] = list(map(str, point.counts))
            found["explicitBounds"] = [bound / worth for bound in point.bounds]
        else:
            positive = {"offset": point.offset, "bucketCounts": list(map(str, point.counts))}
            found |= {"scale": point.scale, "zeroCount": str(point.zeros), "positive": positive}
    else:
        found["asInt"] = str(point.value)
    return found

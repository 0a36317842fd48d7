"""What telemetry found, as tables: were objectives met, which alerts fired, how much was kept of what was measured."""

from collections.abc import Iterator, Sequence

from domain.telemetry.instruments import Instruments
from domain.telemetry.objectives import WHOLE_PPM
from domain.telemetry.points import ExponentialHistogram, Histogram
from domain.telemetry.watch import Firing, Watch
from sim.results import FiguresTable, Unit

CONTEXT = "telemetry"
MOST_ALERTS = 50


def tables(instruments: Instruments, watch: Watch) -> Sequence[FiguresTable]:
    return [*_objectives(watch), *_alerts(watch), _metrics(instruments)]


def _objectives(watch: Watch) -> Iterator[FiguresTable]:
    if not watch.watched:
        return
    columns: tuple[tuple[str, Unit], ...] = (
        ("objective", "text"), ("target", "share"), ("actual", "share"), ("good", "count"), ("bad", "count"),
        ("error budget left", "share"), ("worst burn", "rate"), ("alerts", "count"),
    )  # fmt: skip
    rows = []
    for objective, _, tally, _ in watch.watched:
        bad, total = tally.latest(objective.window_us)
        rows.append(
            (
                objective.name,
                objective.target_ppm / WHOLE_PPM,
                (total - bad) / total if total else None,
                total - bad,
                bad,
                objective.left_ppm(bad, total) / WHOLE_PPM,
                watch.worst_milli[objective.name] / 1_000,
                sum(firing.objective == objective.name for firing in watch.firings),
            )
        )
    yield FiguresTable(
        CONTEXT, "Objectives", columns, tuple(rows), "; ".join(_notes(watch)), "latest window of each, after warm-up"
    )


def _notes(watch: Watch) -> Iterator[str]:
    yield "error budget left: of the bad events that the target allows, the share not yet used (below 0: overdrawn)"
    yield "worst burn: over the long window of any alert, 1 uses up the budget in just the objective's window"
    for objective, _, _, _ in watch.watched:
        if silent := [rule for rule in objective.rules if not objective.can_fire(rule)]:
            most = objective.burn_milli(1, 1) / 1_000
            factors = ", ".join(f"{rule.burn_milli / 1_000:g}" for rule in silent)
            yield f"{objective.name}: no alert at burn {factors}, since with its target no budget burns above {most:g}"


def _alerts(watch: Watch) -> Iterator[FiguresTable]:
    if not watch.watched:
        return
    columns: tuple[tuple[str, Unit], ...] = (
        ("objective", "text"), ("severity", "text"), ("rule", "text"), ("fired at", "us"), ("resolved after", "us"),
        ("worst burn", "rate"),
    )  # fmt: skip
    more = len(watch.firings) - MOST_ALERTS
    note = "resolved after: empty where the alert still fired when the run ended" + (
        f"; {more:,} more are not shown" if more > 0 else ""
    )
    yield FiguresTable(
        CONTEXT, "Alerts", columns, tuple(map(_alert, watch.firings[:MOST_ALERTS])), note, "after warm-up"
    )


def _alert(firing: Firing) -> tuple[str | int | float | None, ...]:
    rule = firing.rule
    return (
        firing.objective,
        rule.severity,
        f"burn {rule.burn_milli / 1_000:g} over {_span(rule.long_us)} and {_span(rule.short_us)}",
        firing.fired_at_us,
        firing.resolved_at_us - firing.fired_at_us if firing.resolved_at_us >= 0 else None,
        firing.worst_milli / 1_000,
    )


def _metrics(instruments: Instruments) -> FiguresTable:
    columns: tuple[tuple[str, Unit], ...] = (
        ("metric", "text"), ("series", "count"), ("recorded", "count"), ("mean", "us"), ("beyond the limit", "count"),
    )  # fmt: skip
    rows: list[tuple[str | int | float | None, ...]] = []
    for metric in instruments.metrics:
        points = [point for _, point in metric]
        counts = [p.count if isinstance(p, Histogram | ExponentialHistogram) else p.value for p in points]
        sums = [p.sum for p in points if isinstance(p, Histogram | ExponentialHistogram)]
        mean = sum(sums) // sum(counts) if sums and sum(counts) else None
        rows.append((metric.name, len(points), sum(counts), mean, metric.overflowed))
    note = "beyond the limit: sets of attributes for which there was no series left; they are counted together"
    return FiguresTable(CONTEXT, "Metrics", columns, tuple(rows), note)


def _span(us: int) -> str:
    for unit, worth in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000)):
        if us % worth == 0:
            return f"{us // worth} {unit}"
    return f"{us:,} µs"

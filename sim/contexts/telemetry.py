"""Telemetry joins a run: it measures every job, watches over the objectives, and says what it found."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from domain.shared.events import Event, Translation
from domain.telemetry.instruments import Instruments
from domain.telemetry.objectives import WORKBOOK, BurnRule, Objective
from domain.telemetry.watch import Watch
from scenarios.spec_telemetry import ObjectiveSpec, Telemetry
from sim.contexts.parts import Joined, Parts
from sim.contexts.telemetry_checks import AlertsFollowTheirTable, CountersOnlyGrow, SpansNest
from sim.contexts.telemetry_tables import tables
from sim.engine import Engine


def join(parts: Parts, check: bool) -> Joined:
    """Everything that a handler does is to put the event into a buffer, which is emptied a batch at a time."""
    wanted = parts.scenario.telemetry
    if wanted is None:
        return Joined()
    instruments = Instruments(wanted.cardinality_limit)
    watch = Watch(objectives_of(wanted), wanted.evaluate_every, parts.bus.publish, parts.scenario.warm_up)
    buffer: list[Event] = []
    counting = CountersOnlyGrow(instruments)

    def drain() -> None:
        if buffer:
            instruments.hear(buffer)
            watch.hear(buffer)
            buffer.clear()

    def batch(events: Sequence[Event], causes: Sequence[int]) -> None:
        drain()
        if check:
            counting.look()

    kinds = {**instruments.handlers, **watch.handlers}
    observes: list[Translation] = [dict.fromkeys(kinds, buffer.append)]
    if wanted.objectives:
        observes.append(dict.fromkeys(watch.handlers, Evaluation(parts.engine, watch, drain).wake))
    parts.bus.listen(batch)
    checkers = (counting, AlertsFollowTheirTable(), SpansNest(parts.scenario.seed)) if check else ()
    return Joined(
        observes=observes,
        checkers=checkers,
        tables=partial(tables, instruments, watch),
        work=lambda: {"alert_evaluations": watch.evaluations, "alerts_fired": len(watch.firings)},
        close=lambda now: drain(),
    )


class Evaluation:
    """Judges all alerts at every whole multiple of the step, for as long as anything happens or may yet change.

    It stops when neither is so, and starts again with the next event: a timer that went on for ever would keep a run
    alive that has stalled.
    """

    def __init__(self, engine: Engine, watch: Watch, drain: Callable[[], None]) -> None:
        self._engine, self._watch, self._drain = engine, watch, drain
        self._armed = self._heard = False

    def wake(self, event: Event) -> None:
        self._heard = True
        if not self._armed:
            self._arm()

    def _arm(self) -> None:
        self._armed = True
        step, now = self._watch.step_us, self._engine.now
        self._engine.after(step - now % step, self._evaluate)

    def _evaluate(self, _: Any) -> None:
        self._drain()
        self._watch.evaluate(self._engine.now)
        if self._heard or not self._watch.quiet:
            self._heard = False
            self._arm()
        else:
            self._armed = False


def objectives_of(wanted: Telemetry) -> list[Objective]:
    return [
        Objective(
            name=name,
            indicator=spec.indicator,
            target_ppm=spec.target,
            window_us=spec.window,
            threshold_us=spec.threshold or 0,
            tenant=spec.tenant or "",
            label=spec.label or "",
            rules=WORKBOOK if spec.alerts is None else rules_of(spec),
            least_events=spec.least_events,
        )
        for name, spec in wanted.objectives.items()
    ]


def rules_of(spec: ObjectiveSpec) -> tuple[BurnRule, ...]:
    return tuple(
        BurnRule(alert.long, alert.short, round(alert.burn * 1_000), alert.severity, alert.hold)
        for alert in spec.alerts or ()
    )

"""The watch over all objectives: hears events, and says at regular times which alerts begin and which are over."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Event, Handler, Publish
from domain.shared.ids import AlertId, sequence
from domain.telemetry.alerts import Alert
from domain.telemetry.indicators import INDICATORS
from domain.telemetry.objectives import BurnRule, Objective
from domain.telemetry.tallies import Tally


class Firing(msgspec.Struct):
    """One time that an alert fired; `resolved_at_us` is −1 while it still does."""

    objective: str
    rule: BurnRule
    fired_at_us: int
    worst_milli: int
    resolved_at_us: int = -1


class Watch:
    """Objectives with what was counted towards them, and an alert for each rule that can fire.

    `step_us` is how finely windows slide, and how often `evaluate` is to be called. What happened before `begins_us`
    is left out.
    """

    def __init__(self, objectives: Sequence[Objective], step_us: int, publish: Publish, begins_us: int = 0) -> None:
        self.step_us = step_us
        self.firings: list[Firing] = []
        self.worst_milli: dict[str, int] = {objective.name: 0 for objective in objectives}
        self.evaluations = 0
        self._publish = publish
        self._firing: dict[AlertId, Firing] = {}
        ids = sequence(AlertId)
        self.watched = []
        handlers: dict[type[Event], list[Handler]] = {}
        for objective in objectives:
            rules = [rule for rule in objective.rules if objective.can_fire(rule)]
            tally = Tally(step_us, max(objective.window_us, *(rule.long_us for rule in rules), 0))
            indicator = INDICATORS[objective.indicator](objective, tally, begins_us)
            alerts = [Alert(ids(), objective.name, rule) for rule in rules]
            self.watched.append((objective, indicator, tally, alerts))
            for kind, handler in indicator.hears().items():
                handlers.setdefault(kind, []).append(handler)
        self.handlers: Mapping[type[Event], Sequence[Handler]] = handlers

    def hear(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they happened; others than those in `handlers` are passed over."""
        handlers = self.handlers
        for event in events:
            for handler in handlers.get(type(event), ()):
                handler(event)

    def evaluate(self, now: int) -> None:
        """Judge every alert by the windows that end at `now`, a multiple of the step."""
        self.evaluations += 1
        for objective, indicator, tally, alerts in self.watched:
            indicator.look(now)
            for alert in alerts:
                self._judge(now, objective, tally, alert)

    @property
    def quiet(self) -> bool:
        """Whether nothing would change without further events."""
        return not any(indicator.waits for _, indicator, _, _ in self.watched) and all(
            alert.state in ("INACTIVE", "RESOLVED") for _, _, _, alerts in self.watched for alert in alerts
        )

    def _judge(self, now: int, objective: Objective, tally: Tally, alert: Alert) -> None:
        rule = alert.rule
        bad, total = tally.within(now, rule.long_us)
        burn = objective.burn_milli(bad, total)
        enough = total >= objective.least_events
        if enough and burn > self.worst_milli[objective.name]:
            self.worst_milli[objective.name] = burn
        short = objective.burn_milli(*tally.within(now, rule.short_us)) if burn >= rule.burn_milli else 0
        event = alert.judge(now, enough and short >= rule.burn_milli, burn)
        if isinstance(event, AlertFired):
            firing = self._firing[alert.id] = Firing(objective.name, rule, now, burn)
            self.firings.append(firing)
        elif isinstance(event, AlertResolved):
            self._firing.pop(alert.id).resolved_at_us = now
        elif alert.state == "FIRING":
            firing = self._firing[alert.id]
            firing.worst_milli = max(firing.worst_milli, burn)
        if event:
            self._publish(event)

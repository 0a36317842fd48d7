"""Alert: one burn rule of one objective, from quiet to firing and back."""

from typing import ClassVar

from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Event
from domain.shared.ids import AlertId
from domain.shared.lifecycle import Aggregate, Table
from domain.telemetry.objectives import BurnRule


class Alert(Aggregate, eq=False):
    """INACTIVE → PENDING → FIRING → RESOLVED → PENDING …; what clears before it has held long enough never fires."""

    INITIAL: ClassVar[str] = "INACTIVE"
    MOVES: ClassVar[Table] = {
        "INACTIVE": {"breach": "PENDING"},
        "PENDING": {"fire": "FIRING", "clear": "INACTIVE"},
        "FIRING": {"resolve": "RESOLVED"},
        "RESOLVED": {"breach": "PENDING"},
    }

    id: AlertId
    objective: str
    rule: BurnRule
    since_us: int = 0  # of the state it is in
    state: str = "INACTIVE"

    def judge(self, now: int, breached: bool, burn_milli: int) -> Event | None:
        """Take what was measured at `now`; gives the event when that starts the alert or ends it."""
        if self.state == "FIRING":
            if breached:
                return None
            fired_us = now - self.since_us
            self._take("resolve", now)
            return AlertResolved(now, self.id, self.objective, self.rule.severity, fired_us)
        if not breached:
            if self.state == "PENDING":
                self._take("clear", now)
            return None
        if self.state != "PENDING":
            self._take("breach", now)
        if now - self.since_us < self.rule.hold_us:
            return None
        self._take("fire", now)
        rule = self.rule
        return AlertFired(now, self.id, self.objective, rule.severity, burn_milli, rule.long_us, rule.short_us)

    def _take(self, move: str, now: int) -> None:
        self.move(move)
        self.since_us = now

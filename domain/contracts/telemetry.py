"""Events that Telemetry publishes about objectives that are being missed."""

from domain.shared.events import Event
from domain.shared.ids import AlertId


class AlertFired(Event, frozen=True, gc=False, tag=True, array_like=True):
    """An objective's error budget burns too fast over both windows of a rule: `burn_milli` thousandths of what it may.

    Consumers: whoever is on call, reports.
    """

    alert: AlertId
    objective: str
    severity: str
    burn_milli: int
    long_us: int
    short_us: int


class AlertResolved(Event, frozen=True, gc=False, tag=True, array_like=True):
    """What an alert was about is over. Consumers: whoever is on call, reports."""

    alert: AlertId
    objective: str
    severity: str
    fired_us: int  # how long it fired

"""An objective: which share of events is to be good over a window, and how fast its error budget may burn."""

import msgspec

from domain.shared.units import DAY_US, HOUR_US, MINUTE_US

WHOLE_PPM = 1_000_000


class BurnRule(msgspec.Struct, frozen=True):
    """Alert when the budget burns `burn_milli`/1000 times as fast as it may, over the long and the short window both.

    The long window keeps a blip from alerting, the short one ends the alert soon after the trouble. `hold_us`: only
    when it has been so for this long.
    """

    long_us: int
    short_us: int
    burn_milli: int
    severity: str = "page"
    hold_us: int = 0


WORKBOOK = (
    BurnRule(HOUR_US, 5 * MINUTE_US, 14_400, "page"),
    BurnRule(6 * HOUR_US, 30 * MINUTE_US, 6_000, "page"),
    BurnRule(DAY_US, 2 * HOUR_US, 3_000, "ticket"),
    BurnRule(3 * DAY_US, 6 * HOUR_US, 1_000, "ticket"),
)
"""Source: Beyer et al. (ed.), "The Site Reliability Workbook" (O'Reilly 2018), chapter 5, "Alerting on SLOs", part 6,
"Multiwindow, Multi-Burn-Rate Alerts". Its factors are for a window of 30 days."""

LEAST_EVENTS = 10
"""Below so many events in the long window nothing is said: one bad one of three is no burn rate."""


class Objective(msgspec.Struct, frozen=True):
    """`target_ppm` millionths of the events that `indicator` counts are to be good, over `window_us`.

    `threshold_us` is what some indicators compare with; an empty tenant or label means all. Raises ValueError when
    there is no budget to burn.
    """

    name: str
    indicator: str
    target_ppm: int
    window_us: int
    threshold_us: int = 0
    tenant: str = ""
    label: str = ""
    rules: tuple[BurnRule, ...] = WORKBOOK
    least_events: int = LEAST_EVENTS

    def __post_init__(self) -> None:
        if not 0 < self.target_ppm < WHOLE_PPM:
            raise ValueError(f"objective {self.name}: a target of {self.target_ppm} ppm leaves no budget, or is none")

    @property
    def budget_ppm(self) -> int:
        """The share of events that may be bad."""
        return WHOLE_PPM - self.target_ppm

    def burn_milli(self, bad: int, total: int) -> int:
        """How fast the budget burns, in thousandths: 1000 spends all of it in just the objective's window."""
        return bad * WHOLE_PPM * 1_000 // (total * self.budget_ppm) if total else 0

    def can_fire(self, rule: BurnRule) -> bool:
        """With a low target even nothing but bad events may burn too slowly for a rule."""
        return rule.burn_milli <= self.burn_milli(1, 1)

    def left_ppm(self, bad: int, total: int) -> int:
        """The share of the budget that is left; negative when more than all is spent."""
        return WHOLE_PPM - bad * WHOLE_PPM * WHOLE_PPM // (total * self.budget_ppm) if total else WHOLE_PPM

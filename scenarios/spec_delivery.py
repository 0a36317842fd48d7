"""The part of a scenario file about messages between contexts: how many come twice, how many late."""

from pydantic import Field

from scenarios.draws import Distribution, Model
from scenarios.quantities import PartsPerMillion


class Delivery(Model):
    """At-least-once delivery between contexts: no message is lost, some come again, some after younger ones."""

    duplicate: PartsPerMillion = Field(0, description="share of messages that come a second time, `delay` later")
    reorder: PartsPerMillion = Field(0, description="share of messages that come `delay` late, after younger ones")
    delay: Distribution = Field(
        Distribution(constant=0), description="how much later; 0s: at once, so nothing reorders"
    )

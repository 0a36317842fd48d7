"""ProviderEndpoint: the calls to a provider's API, with a rate limit, a circuit breaker and retries that back off."""

from typing import ClassVar

import msgspec

from domain.contracts.workers import CircuitChanged
from domain.shared.events import Event
from domain.shared.lifecycle import Aggregate, Table
from domain.shared.refusals import Refused


class EndpointRules(msgspec.Struct, frozen=True):
    """How an endpoint is used. Times in µs; the defaults never limit a provider that answers well.

    `calls` per `per_us` is the rate limit, refilled evenly (0 calls: no limit). After `failures` in a row the circuit
    opens for `open_us`, then lets `probes` calls through. Waits between retries double from `first_us` to
    `longest_us`; jitter takes up to half of a wait away.
    """

    calls: int = 0
    per_us: int = 300_000_000
    failures: int = 5
    open_us: int = 30_000_000
    probes: int = 1
    first_us: int = 1_000_000
    longest_us: int = 120_000_000

    def wait_us(self, failures: int, jitter_millis: int) -> int:
        """How long to wait after so many failures in a row; `jitter_millis` is drawn from 0…1000."""
        whole = min(self.first_us << min(failures - 1, 40), self.longest_us)
        return whole - whole * jitter_millis // 2000


class ProviderEndpoint(Aggregate, eq=False):
    """CLOSED → OPEN → HALF_OPEN → CLOSED | OPEN. Ask `admit` before a call, say `succeeded` or `failed` after it."""

    INITIAL: ClassVar[str] = "CLOSED"
    MOVES: ClassVar[Table] = {
        "CLOSED": {"trip": "OPEN"},
        "OPEN": {"probe": "HALF_OPEN"},
        "HALF_OPEN": {"close": "CLOSED", "trip": "OPEN"},
    }

    id: int
    provider: str
    rules: EndpointRules
    failures: int = 0  # in a row
    retry_at_us: int = 0  # no call before
    probing: int = 0  # calls let through since the circuit was half open
    answered: int = 0  # of them that succeeded
    spent: int = 0  # of the bucket, in calls × per_us
    counted_at_us: int = 0
    state: str = "CLOSED"

    def admit(self, now: int) -> Refused | None:
        """Let one call through, or say why not: `circuit-open`, `backing-off` or `rate-limited`."""
        if self.state == "OPEN" or (self.state == "HALF_OPEN" and self.probing >= self.rules.probes):
            return Refused("circuit-open", f"{self.provider} until {self.retry_at_us} µs")
        if now < self.retry_at_us:
            return Refused("backing-off", f"{self.provider} until {self.retry_at_us} µs")
        rules = self.rules
        if rules.calls:
            self.spent = max(self.spent - (now - self.counted_at_us) * rules.calls, 0)
            self.counted_at_us = now
            if self.spent + rules.per_us > rules.calls * rules.per_us:
                return Refused("rate-limited", f"{self.provider} allows {rules.calls} calls in {rules.per_us} µs")
            self.spent += rules.per_us
        if self.state != "CLOSED":
            self.probing += 1
        return None

    def may_call_at_us(self, now: int) -> int:
        """From when on a call may pass, as far as is known now."""
        rules = self.rules
        if not rules.calls:
            return max(self.retry_at_us, now)
        spent = max(self.spent - (now - self.counted_at_us) * rules.calls, 0)
        over = spent + rules.per_us - rules.calls * rules.per_us
        return max(self.retry_at_us, now + -(-over // rules.calls), now)

    def half_open(self, now: int) -> Event | None:
        """The first call after the pause probes the provider; nothing happens before, or when it is not open."""
        if self.state != "OPEN" or now < self.retry_at_us:
            return None
        self.move("probe")
        self.probing = self.answered = 0
        return CircuitChanged(now, self.provider, self.state, 0)

    def succeeded(self, now: int) -> Event | None:
        """A call was answered well; enough answered probes close the circuit."""
        self.failures = 0
        if self.state == "CLOSED":
            self.retry_at_us = 0
        if self.state != "HALF_OPEN" or self.answered >= self.probing:  # late: of a call before the circuit opened
            return None
        self.answered += 1
        if self.answered < self.rules.probes:
            return None
        self.move("close")
        self.retry_at_us = 0
        return CircuitChanged(now, self.provider, self.state, 0)

    def failed(self, now: int, jitter_millis: int) -> Event | None:
        """A call failed: wait before the next, and open the circuit after too many, or after a failed probe."""
        self.failures += 1
        if self.state == "OPEN":  # a call that was under way when the circuit opened
            return None
        if self.state == "CLOSED" and self.failures < self.rules.failures:
            self.retry_at_us = now + self.rules.wait_us(self.failures, jitter_millis)
            return None
        self.move("trip")
        self.probing = self.answered = 0
        self.retry_at_us = now + self.rules.open_us
        return CircuitChanged(now, self.provider, self.state, self.retry_at_us)

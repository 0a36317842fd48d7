"""The parts of a scenario file about machines and workers: kinds, how a pool scales, endpoints of providers, faults."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.draws import Distribution, Model, Number, Whole
from scenarios.names import Name
from scenarios.notations import TaintText
from scenarios.quantities import DurationUs, PositiveDurationUs, RatePerHour
from scenarios.spec_delivery import Delivery

MachineKind = Literal["container", "kubernetes-pod", "vm", "stopped-vm", "microvm", "hosted-runner", "bare-metal"]
Market = Literal["on-demand", "spot"]
Architecture = Literal["x64", "arm64"]
Fraction = Annotated[Number, Field(ge=0, le=1)]
Machines = Annotated[Whole, Field(ge=0, le=100_000)]
ByHour = Annotated[tuple[Machines, ...], Field(min_length=24, max_length=24)]


class Stopped(Model):
    """Machines that are prepared and stopped, and only need to be started; each one taken is prepared anew."""

    machines: Annotated[Whole, Field(ge=1, le=100_000)] = Field(description="how many are kept")
    start: Distribution = Field(description="from ordering one until it takes jobs, instead of `node_boot`")


class Warm(Model):
    """Idle machines kept ready beyond what demand asks for; a bare number is short for `machines`."""

    machines: Machines | None = Field(None, description="how many, at any hour")
    by_hour: ByHour | None = Field(None, description="24 numbers from hour 0, instead of `machines`")

    @model_validator(mode="before")
    @classmethod
    def fixed(cls, value: object) -> object:
        return {"machines": value} if type(value) is int else value


class ScaleDown(Model):
    """How a pool shrinks that `scaling` steers."""

    cool_down: DurationUs = Field(300_000_000, description="after growing, how long it does not shrink")
    kills_busy: bool = Field(False, description="machines with jobs on them are taken, too, and their jobs lost")


class Scaling(Model):
    """What a pool follows, how often it looks, and how old its counts are."""

    by: Literal["demand", "queue-length", "utilisation", "schedule"] = Field(
        "demand",
        description="jobs that fit nowhere; jobs per machine; share of busy CPUs; or the hour of the day",
    )
    jobs_per_machine: Annotated[Whole, Field(ge=1, le=10_000)] | None = Field(
        None, description="queue-length: waiting and running jobs that one machine is for"
    )
    target: Annotated[Number, Field(ge=0.01, le=1)] | None = Field(
        None, description="utilisation: share of CPUs that should be busy"
    )
    by_hour: ByHour | None = Field(None, description="schedule: 24 numbers of machines from hour 0")
    poll: PositiveDurationUs | None = Field(
        None, description="how often it looks; left out: demand at once, others every 15 s"
    )
    lag: DurationUs = Field(0, description="how old its counts are when it acts on them")
    scale_down: ScaleDown = Field(ScaleDown(), description="how it shrinks; with `by: demand` by idle timeout only")


class RateLimit(Model):
    """Calls to a provider's interface, refilled evenly; GitHub documents 1500 registrations per 5m."""

    calls: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(description="how many in `per`, and in a burst")
    per: PositiveDurationUs = Field(description="in which time")


class Breaker(Model):
    """A circuit breaker: after failures in a row calls stop, later a few probes decide whether they go on."""

    failures: Annotated[Whole, Field(ge=1, le=1000)] = Field(5, description="in a row, until it opens")
    open_for: PositiveDurationUs = Field(30_000_000, description="how long it stays open before it is probed")
    probes: Annotated[Whole, Field(ge=1, le=100)] = Field(1, description="calls that must succeed to close it again")


class Backoff(Model):
    """Waits between retries, doubled each time; jitter takes up to half of each away."""

    first: PositiveDurationUs = Field(1_000_000, description="the first wait")
    longest: PositiveDurationUs = Field(120_000_000, description="no wait is longer")


class Endpoint(Model):
    """How a provider's interface is called."""

    rate_limit: RateLimit | None = Field(None, description="orders that it takes; left out: any number")
    breaker: Breaker = Field(Breaker(), description="when it is left alone")
    backoff: Backoff = Field(Backoff(), description="how soon a failed order is tried again")


class Crashes(Model):
    """Machines die, each at this rate."""

    rate: RatePerHour = Field(description="per machine and hour")
    comes_back: PositiveDurationUs | None = Field(None, description="after how long; left out: never, it is replaced")


class Spot(Model):
    """Machines of `market: spot` are taken back, most of them in shocks that hit one pool and zone at once."""

    preset: Literal["calm", "stress"] | None = Field(None, description="a published rate: 0.00007/h or 0.6/h")
    rate: RatePerHour | None = Field(None, description="per machine and hour, instead of `preset`")
    notice: DurationUs = Field(120_000_000, description="how long before")
    together: Fraction = Field(0.92, description="share of interruptions that come in shocks (arXiv 2604.16457)")
    hits: Annotated[Number, Field(gt=0, le=1)] = Field(0.5, description="share of a zone that a shock takes (assumed)")
    within: PositiveDurationUs = Field(180_000_000, description="time over which a shock spreads")


class Outage(Model):
    """A provider is out of service for a while."""

    provider: Name = Field(description="a provider of `fleet`")
    at: DurationUs = Field(description="since the start of the run")
    lasts: PositiveDurationUs | None = Field(None, description="left out, which `disabled` needs: for good")
    kind: Literal["outage", "maintenance", "disabled"] = Field(
        "outage", description="its interface fails; it announces that it takes no orders; or it is gone for good"
    )


class Boots(Model):
    """Machines that come late or never."""

    fail: Fraction = Field(0.0, description="share that never registers")
    slow: Fraction = Field(0.0, description="share that takes `factor` times as long")
    factor: Annotated[Number, Field(ge=1, le=1000)] = Field(5.0, description="see `slow`")


class WorkerFaults(Model):
    """Workers that die by themselves."""

    start_failure: Fraction = Field(0.0, description="share that never registers")
    crash: RatePerHour | None = Field(None, description="per worker and hour of work")
    silence: RatePerHour | None = Field(
        None, description="per worker and hour of work, heartbeats stop though it works on"
    )
    silent_for: Distribution = Field(Distribution(constant=120_000_000), description="how long they stop")


class Maintenance(Model):
    """Planned work on machines: one of each pool at a time takes no new jobs, is emptied, worked on, and comes back."""

    every: PositiveDurationUs = Field(description="per pool")
    lasts: PositiveDurationUs = Field(description="how long a machine is away")
    grace: DurationUs = Field(600_000_000, description="how long its jobs have to end; then they are lost")


class Tainting(Model):
    """Machines of a pool repel jobs for a while: those that are there, and those that come meanwhile."""

    provider: Name = Field(description="a provider of `fleet`")
    pool: Name = Field(description="one of its pools")
    at: DurationUs = Field(description="since the start of the run")
    lasts: PositiveDurationUs = Field(description="how long")
    taint: TaintText = Field(description="which jobs they repel that do not tolerate it; NoExecute evicts them too")


class Faults(Model):
    """What goes wrong; nothing does where it is left out."""

    crashes: Crashes | None = Field(None, description="machines that die")
    spot: Spot | None = Field(None, description="spot machines that are taken back")
    outages: tuple[Outage, ...] = Field((), description="providers out of service")
    api_errors: Fraction = Field(0.0, description="share of orders that fail at the provider's interface")
    boots: Boots | None = Field(None, description="machines that come late or never")
    workers: WorkerFaults | None = Field(None, description="workers that die or fall silent")
    maintenance: Maintenance | None = Field(None, description="planned work on machines")
    taints: tuple[Tainting, ...] = Field((), description="pools whose machines repel jobs for a while")
    delivery: Delivery | None = Field(None, description="messages between contexts that come twice or late")

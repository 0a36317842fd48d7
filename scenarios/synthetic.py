"""The synthetic workload: Poisson pushes that follow hour and day, each a batch of jobs with drawn durations."""

from collections.abc import Callable, Iterator, Mapping
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from domain.shared.triggers import PUSH, Trigger
from scenarios.distributions import sample_counts, sample_us
from scenarios.profiles import arrival_blocks, hourly_rates
from scenarios.shapes import Shapes
from scenarios.spec import Synthetic, SyntheticJobClass
from scenarios.terms import count_of, pipeline_terms
from scenarios.triggers import trigger_source
from scenarios.workload import FAILED, SUCCEEDED, Arrival, TraceReading

Stream = Callable[[str, str], np.random.Generator]
"""(entity, purpose) → a fresh generator at the start of the stream of that name."""

_BLOCK = 2048


class SyntheticWorkload:
    """Pushes of `synthetic` up to `horizon_us`; one push is one pipeline.

    Every question has its own stream: when pushes come, whose they are, what triggered them, and per class how many
    jobs, how long they run and whether they fail. Changing one answer leaves all others as they were. Raises ValueError
    for a workload that can never have a job, needs that form a cycle, and shares that give no tenant anything.
    """

    reading: TraceReading | None = None

    def __init__(self, synthetic: Synthetic, tenants: tuple[str, ...], stream: Stream, horizon_us: int) -> None:
        self.horizon_us = horizon_us
        self._tenants = tenants
        self._shares = _shares(synthetic.pushes.by_tenant, tenants)
        self._rates = hourly_rates(synthetic.pushes)
        self._classes = _with_jobs(synthetic.jobs)
        self._shapes = Shapes(self._classes, pipeline_terms(synthetic))
        self._triggers = synthetic.pushes
        self._batch = synthetic.batch
        self._mix = _mix(self._classes) if synthetic.batch is not None else []
        self._limited = {i: job.only for i, job in enumerate(self._classes.values()) if job.only is not None}
        self._shapes((1,) * len(self._classes))  # a cycle of needs shows here
        self._stream = stream

    def arrivals(self) -> Iterator[Arrival]:
        """The pushes, made a block at a time as they are asked for; the same each time."""
        stream, shapes, tenants, horizon = self._stream, self._shapes, self._tenants, self.horizon_us
        owners = stream("pushes", "tenants")
        classes = [(job, stream(f"job-class/{name}", "counts")) for name, job in self._classes.items()]
        why_of = trigger_source(self._triggers, tenants, stream)
        counted = any(job.count.weighted is not None for job in self._classes.values())
        sparse = bool(self._limited) or counted or self._batch is not None  # a push may have no job
        batches, mixing = stream("pushes", "batches"), stream("pushes", "mix")
        shares = np.array([job.share for job in self._classes.values() if job.share is not None], np.float64)
        shares /= max(shares.sum(), 1e-300)
        draws = [_JobDraws(name, job, stream) for name, job in self._classes.items()]
        for times in arrival_blocks(self._rates, stream("pushes", "arrivals")):
            numbers = np.searchsorted(self._shares, owners.random(len(times)), side="right")
            triggers = why_of(numbers) if why_of else repeat(PUSH, len(times))
            whose = numbers.tolist()
            counts = [sample_counts(job.count, generator, len(times)).tolist() for job, generator in classes]
            if self._batch is not None:
                sizes = sample_counts(self._batch, batches, len(times))
                for position, of_class in zip(self._mix, mixing.multinomial(sizes, shares).T.tolist(), strict=True):
                    counts[position] = of_class
            for at, code, why, shape in zip(times, whose, triggers, zip(*counts, strict=True), strict=True):
                if at >= horizon:
                    return
                if self._limited:
                    shape = self._present(why, shape)
                if sparse and not any(shape):
                    continue
                durations: tuple[int, ...] = ()
                outcomes: tuple[int, ...] = ()
                for source, size in zip(draws, shape, strict=True):
                    first = source.take(size)
                    durations += tuple(source.durations_us[first : first + size])
                    outcomes += tuple(source.outcomes[first : first + size])
                yield Arrival(at, tenants[code], shapes(shape), durations, outcomes, why)

    def _present(self, why: Trigger, shape: tuple[int, ...]) -> tuple[int, ...]:
        """How many jobs of each class a pipeline has that came for this reason."""
        counts = list(shape)
        for position, only in self._limited.items():
            if (only.events and why.event not in only.events) or (only.refs and why.ref not in only.refs):
                counts[position] = 0
        return tuple(counts)


class _JobDraws:
    """Durations (µs, at least 1) and outcomes of the jobs of one class, one after the other, drawn in blocks.

    A failing job stops at a uniformly random part of its duration, unless its class fails late.
    """

    def __init__(self, name: str, job: SyntheticJobClass, stream: Stream) -> None:
        self.durations_us: list[int] = []
        self.outcomes: list[int] = []
        self._next = 0
        self._job = job
        self._durations = stream(f"job-class/{name}", "durations")
        self._outcomes = stream(f"job-class/{name}", "outcomes")

    def take(self, size: int) -> int:
        """Where in the two lists the next `size` jobs begin."""
        if self._next + size > len(self.durations_us):
            del self.durations_us[: self._next], self.outcomes[: self._next]
            self._next = 0
            while size > len(self.durations_us):
                self._draw()
        first = self._next
        self._next += size
        return first

    def _draw(self) -> None:
        durations = np.maximum(sample_us(self._job.duration, self._durations, _BLOCK), 1)
        rate = self._job.failure_rate
        if not rate:
            self.outcomes += [SUCCEEDED] * _BLOCK
        else:
            luck = self._outcomes.random(_BLOCK)
            fails = luck < rate  # and then luck / rate is uniform on [0, 1)
            part = np.divide(luck, rate, out=np.ones(_BLOCK), where=fails)
            if self._job.failures == "early":
                durations = np.where(fails, np.maximum(durations * part, 1).astype(np.int64), durations)
            self.outcomes += np.where(fails, FAILED, SUCCEEDED).tolist()
        self.durations_us += durations.tolist()


def _with_jobs(classes: Mapping[str, SyntheticJobClass]) -> dict[str, SyntheticJobClass]:
    """The classes that ever have jobs, needing only such; raises ValueError for none, and for needs of no class."""
    kept = {name: job for name, job in classes.items() if job.count.constant != 0}
    if not kept:
        raise ValueError("no job class has a count above 0")
    for name, job in kept.items():
        if unknown := [need for need in job.needs if need not in classes]:
            raise ValueError(f"jobs.{name}.needs: no class is called {', '.join(unknown)}")
        needs = tuple(need for need in job.needs if need in kept)
        kept[name] = job.model_copy(update={"needs": needs, "count": count_of(job, job.count)})
    return kept


def _mix(classes: Mapping[str, SyntheticJobClass]) -> list[int]:
    """Where the classes stand whose jobs are shares of a batch; raises ValueError where no share is above 0."""
    if not any(job.share for job in classes.values()):
        raise ValueError("a batch needs a class with a share above 0")
    return [position for position, job in enumerate(classes.values()) if job.share is not None]


def _shares(by_tenant: Mapping[str, float] | None, tenants: tuple[str, ...]) -> NDArray[np.float64]:
    """Where on [0, 1) the part of each tenant but the last ends."""
    weights = dict.fromkeys(tenants, 1.0) if by_tenant is None else by_tenant
    if unknown := [name for name in weights if name not in tenants]:
        raise ValueError(f"pushes.by_tenant names tenants that the scenario has not: {', '.join(unknown)}")
    ends = np.cumsum([weights.get(tenant, 0.0) for tenant in tenants])
    if not ends[-1] > 0:
        raise ValueError("pushes.by_tenant gives no tenant anything")
    shares: NDArray[np.float64] = ends[:-1] / ends[-1]
    return shares

"""The runs of a profile: with nobody looking on, sampled, call by call, block by block; all must be the same run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import click

from sim.results import RunResult
from sim.run import simulate
from windtunnel.profiling.blocks import Blocks
from windtunnel.profiling.calls import Calls
from windtunnel.profiling.figures import Counted, Memory, Profile, Sampled, Share, Timing
from windtunnel.profiling.stacks import StackTimes

if TYPE_CHECKING:
    from scenarios.spec import Scenario

MOST_RUNS = 20
KEPT = 100
"""So many functions and lines are kept."""


@dataclass(slots=True)
class Measured:
    """A profile, and what its files are made of."""

    profile: Profile
    stacks: StackTimes | None = None
    calls: Calls | None = None


@dataclass(slots=True)
class Profiler:
    """Profiles one policy of a scenario; `measure` gives what was finished, also when it is interrupted."""

    scenario: "Scenario"
    policy: str
    seconds: float
    functions: bool
    memory: bool
    quiet: bool
    _results: list[RunResult] = field(default_factory=list)

    def measure(self) -> Measured:
        measured: Measured | None = None
        try:
            self._say("one run to warm up")
            self._run()
            for done in self._steps():
                measured = done
        except KeyboardInterrupt:
            if measured is None:
                raise
            from msgspec.structs import replace

            measured.profile = replace(measured.profile, interrupted=True)
        assert measured is not None
        return measured

    def _steps(self) -> Iterator[Measured]:
        from msgspec.structs import replace

        self._say(f"timing it for {self.seconds:g} s with nothing looking on")
        walls = [self._run().wall_s for _ in self._enough()]
        best = min(walls)
        measured = Measured(self._begin(walls))
        yield measured
        self._say(f"sampling its stacks for {self.seconds:g} s")
        measured.stacks = StackTimes(self._run.__func__.__code__)  # type: ignore[attr-defined]
        sampled = self._sampled(measured.stacks, best)
        measured.profile = replace(measured.profile, sampled=sampled)
        yield measured
        if self.functions:
            self._say("counting every call (some times slower)")
            calls = Calls()
            began = perf_counter()
            calls.counted(self._one)
            wall = perf_counter() - began
            found = calls.functions()
            counted = Counted(wall, wall / best, sum(one.calls for one in found), found[:KEPT])
            measured.calls, measured.profile = calls, replace(measured.profile, counted=counted)
            yield measured
        if self.memory:
            self._say("tracing every block of memory (some times slower)")
            measured.profile = replace(measured.profile, memory=self._memory(best))
            yield measured

    def _begin(self, walls: list[float]) -> Profile:
        result, best = self._results[0], min(walls)
        jobs = max(len(result.jobs), 1)
        return Profile(
            scenario=result.scenario,
            policy=result.policy,
            seed=result.seed,
            jobs=len(result.jobs),
            events=result.events,
            events_per_job=result.events / jobs,
            digest=result.digest,
            work=result.work,
            timing=Timing(
                len(walls), best, max(walls), best / jobs * 1e6, best / max(result.events, 1) * 1e6, jobs / best
            ),
        )

    def _sampled(self, stacks: StackTimes, best: float) -> Sampled:
        walls = []
        for _ in self._enough():
            with stacks:
                walls.append(self._run().wall_s)
        found = stacks.stacks()
        layers: dict[str, float] = {}
        functions: dict[str, float] = {}
        for stack, seconds in found.items():
            layer = stacks.layer(stack)
            layers[layer] = layers.get(layer, 0.0) + seconds
            name = stack[-1].words if stack else "?"
            functions[name] = functions.get(name, 0.0) + seconds
        return Sampled(
            len(walls), sum(walls), stacks.cpu_s, min(walls) / best, stacks.samples, _shares(layers),
            _shares(functions)[:KEPT],
        )  # fmt: skip

    def _memory(self, best: float) -> Memory:
        blocks = Blocks()
        with blocks:
            result = self._run(lambda fraction, jobs: blocks.look())
            blocks.look(1.0)
        return Memory(
            result.wall_s, result.wall_s / best, blocks.peak, blocks.peak / max(len(result.jobs), 1), blocks.looked_at,
            blocks.places(KEPT), process_peak_bytes(),
        )  # fmt: skip

    def _enough(self) -> Iterator[None]:
        """Until the time is up: once at least, MOST_RUNS times at most."""
        began = perf_counter()
        for _ in range(MOST_RUNS):
            yield
            if perf_counter() - began >= self.seconds:
                return

    def _one(self) -> None:
        self._run()

    def _run(self, on_progress: Callable[[float, int], None] | None = None) -> RunResult:
        result = simulate(self.scenario, self.policy, on_progress=on_progress)
        if self._results and result.digest != self._results[0].digest:
            raise AssertionError("looking on has changed the run: its events are others")
        self._results[:] = self._results or [result]
        return result

    def _say(self, what: str) -> None:
        if not self.quiet:
            click.echo(f"{self.policy}: {what} …", err=True)


def _shares(seconds: dict[str, float]) -> tuple[Share, ...]:
    whole = sum(seconds.values()) or 1.0
    ranked = sorted(seconds.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Share(name, spent, spent / whole) for name, spent in ranked)


def process_peak_bytes() -> int:
    """The most that the process has had so far; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024

"""Stacks, sampled: which functions were under way when a timer of processor time rang."""

import signal
from collections import Counter
from time import perf_counter, process_time
from types import CodeType, FrameType, TracebackType
from typing import Any

import msgspec

from sim.layers import EVERY_S, LayerTimes
from windtunnel.profiling.sources import short


class Frame(msgspec.Struct, frozen=True):
    """A function: its module, its name there, and where it is written."""

    module: str
    name: str
    file: str
    line: int

    @property
    def words(self) -> str:
        return f"{self.module}.{self.name}"


Stack = tuple[Frame, ...]
"""Outermost first."""


class StackTimes:
    """Inside `with`, counts stacks; may be entered again and again. Only what `root` calls counts.

    Through SIGPROF, so in the main thread of a POSIX process; elsewhere `works` is False and nothing is counted.
    Time in C functions belongs to the Python function that called them.
    """

    def __init__(self, root: CodeType) -> None:
        self.works = hasattr(signal, "SIGPROF")
        self.cpu_s = self.wall_s = 0.0
        self._root = root
        self._samples: Counter[tuple[CodeType, ...]] = Counter()
        self._modules: dict[CodeType, str] = {}
        self._frames: dict[CodeType, Frame] = {}
        self._layers = LayerTimes()

    def __enter__(self) -> "StackTimes":
        if self.works:
            self._before: Any = signal.signal(signal.SIGPROF, self._sample)
            signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        self._began = (process_time(), perf_counter())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.works:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self._before)
        self.cpu_s += process_time() - self._began[0]
        self.wall_s += perf_counter() - self._began[1]

    def _sample(self, _: int, frame: FrameType | None) -> None:
        stack: list[CodeType] = []
        modules, root = self._modules, self._root
        while frame is not None:
            code = frame.f_code
            if code is root:
                self._samples[tuple(reversed(stack))] += 1
                return
            if code not in modules:
                modules[code] = frame.f_globals.get("__name__", "?")
            stack.append(code)
            frame = frame.f_back

    @property
    def samples(self) -> int:
        return self._samples.total()

    def stacks(self) -> dict[Stack, float]:
        """Stack → seconds of processor time, the deepest knowledge there is."""
        each = self.cpu_s / self.samples if self.samples else 0.0
        found: dict[Stack, float] = {}
        for codes, count in self._samples.items():
            stack = tuple(map(self._frame, codes))
            found[stack] = found.get(stack, 0.0) + each * count
        return found

    def layer(self, stack: Stack) -> str:
        """The layer of the innermost function that belongs to one."""
        return next((layer for frame in reversed(stack) if (layer := self._layers._find(frame.module))), "other")

    def _frame(self, code: CodeType) -> Frame:
        frame = self._frames.get(code)
        if frame is None:
            name = code.co_qualname.replace(".<locals>", "")
            frame = self._frames[code] = Frame(self._modules[code], name, short(code.co_filename), code.co_firstlineno)
        return frame

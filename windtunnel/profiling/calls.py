"""Every call, counted: which function was called how often, and how long it took with the profiler looking on."""

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from windtunnel.profiling.figures import Function
from windtunnel.profiling.sources import module_of, short

BUILT_IN = "~"


class Calls:
    """`counted(call)` runs it under the profiler; afterwards `functions()` has them, the most costly first."""

    def __init__(self) -> None:
        self._profile = cProfile.Profile()

    def counted(self, call: Callable[[], None]) -> None:
        self._profile.runcall(call)

    def write(self, file: Path) -> None:
        """As `pstats` reads it."""
        self._profile.dump_stats(file)

    def functions(self) -> tuple[Function, ...]:
        entries = cast("dict[tuple[str, int, str], tuple[Any, ...]]", pstats.Stats(self._profile).stats)  # type: ignore[attr-defined]
        whole = sum(one[2] for one in entries.values()) or 1.0
        found = [
            Function(_name(file, name), "" if file == BUILT_IN else short(file), line, calls, own, total, own / whole)
            for (file, line, name), (_, calls, own, total, _) in entries.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.own_s, one.name)))


def _name(file: str, name: str) -> str:
    if file == BUILT_IN:
        return name.strip("<>").removeprefix("built-in method ").removeprefix("method ")
    return f"{module_of(file)}.{name}"

"""Every block of memory, traced: the peak, and which lines hold what when there is most of it."""

import linecache
import tracemalloc
from types import TracebackType

from windtunnel.profiling.figures import Place
from windtunnel.profiling.sources import short

GROWN = 1.5
"""A new look is taken when so many times as much is alive as at the last one."""
LEAST = 1 << 14
HIDDEN = ("tracemalloc.py", "linecache.py", "windtunnel/profiling/blocks.py")


class Blocks:
    """Inside `with`, traces; `look()` is to be called now and then, and looks closely where much has come."""

    def __init__(self) -> None:
        self.peak = self.looked_at = 0
        self._snapshot: tracemalloc.Snapshot | None = None

    def __enter__(self) -> "Blocks":
        tracemalloc.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    def look(self, share: float = GROWN) -> None:
        alive = tracemalloc.get_traced_memory()[0]
        if alive > max(self.looked_at * share, LEAST):
            self.looked_at, self._snapshot = alive, tracemalloc.take_snapshot()

    def places(self, most: int) -> tuple[Place, ...]:
        """The lines that hold most."""
        if self._snapshot is None:
            return ()
        found = []
        for one in self._snapshot.statistics("lineno"):
            at = one.traceback[0]
            if at.filename.endswith(HIDDEN):
                continue
            source = linecache.getline(at.filename, at.lineno).strip()
            found.append(Place(short(at.filename), at.lineno, one.size, one.count, one.size / self.looked_at, source))
            if len(found) == most:
                break
        return tuple(found)

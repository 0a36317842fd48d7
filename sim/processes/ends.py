"""When the work of attempts ends among other things that are due at one moment: what was expected then comes first."""

from collections.abc import Callable
from functools import partial
from typing import Any

from domain.shared.ids import JobId
from sim.engine import FIRST, Engine
from sim.processes.execution import Ends
from sim.processes.offer_loop import OfferLoop


def expected_first(engine: Engine, loop: OfferLoop, expected_us: Callable[[JobId], int]) -> Ends:
    """Work that ends exactly as expected frees its place before all else at that moment; its round comes in its turn.

    So a job that arrives at the very end of another's estimate finds its place free, although the round that this end
    calls for is held only after the arrivals.
    """

    def wake(_: None) -> None:
        loop.wake()

    def ends(job: JobId, after_us: int, call: Callable[[Any], None], what: object) -> None:
        if expected_us(job) == after_us:
            engine.ranked(FIRST, after_us, lambda _: loop.muted(partial(call, what)))
            engine.after(after_us, wake)
        else:
            engine.after(after_us, call, what)

    return ends

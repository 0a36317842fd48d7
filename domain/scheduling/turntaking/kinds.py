"""Which allocators want turns of their own kind; all others are served by what tenants hold."""

from collections.abc import Mapping, Sequence

from domain.scheduling.policies import allocators
from domain.scheduling.policies.account import Standing
from domain.scheduling.policies.allocators import Allocator
from domain.scheduling.queue import DemandQueue
from domain.scheduling.quotas import Amounts
from domain.scheduling.turns import Turns
from domain.scheduling.turntaking.hierarchy import InHierarchy
from domain.scheduling.turntaking.keeping import InCircle, InPriority, KeptTurns
from domain.scheduling.turntaking.lottery import ByLottery, Draws, evenly
from domain.scheduling.turntaking.virtual import ByStartTags, ByTags, InStrides

KINDS: tuple[tuple[Allocator, type[KeptTurns]], ...] = (
    (allocators.weighted_drf, KeptTurns),
    (allocators.capacity, KeptTurns),
    (allocators.fewest_running, KeptTurns),
    (allocators.priority, InPriority),
    (allocators.round_robin, InCircle),
    (allocators.wfq, ByTags),
    (allocators.sfq, ByStartTags),
    (allocators.stride, InStrides),
    (allocators.lottery, ByLottery),
    (allocators.hierarchical_drf, InHierarchy),
)


def turns_of(
    allocator: Allocator, tenants: Sequence[tuple[str, int]], queue: DemandQueue, standing: Mapping[str, Standing],
    ageing_us: int, guarantees: Sequence[Amounts], draws: Draws | None,
) -> Turns:  # fmt: skip
    """The turns that an allocator wants; `draws` are for those that leave something to chance."""
    kind = next((kind for one, kind in KINDS if one is allocator), None)
    if kind is None:
        return Turns(allocator, tenants, queue)
    turns = kind(allocator, tenants, queue, standing, ageing_us, guarantees)
    if isinstance(turns, ByLottery):
        turns.draws = draws or evenly()
    return turns

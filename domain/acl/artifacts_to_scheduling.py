"""Artifacts supply Scheduling with locality: which node has which cache or image, for jobs that want to be near one."""

from collections.abc import Callable

from domain.artifacts.node_disks import NodeDisks
from domain.contracts.artifacts import NodeCacheEvicted, NodeCacheFilled
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation


def supply(scheduler: Scheduler, disks: NodeDisks, names_of: Callable[[str], tuple[str, ...]]) -> None:
    """A placement that asks how much of what a job uses a node lacks is told; `names_of` a label are that."""
    rows = scheduler.row_choice
    if rows is not None:
        rows.holds, rows.wants = disks.has, names_of


def translate(scheduler: Scheduler, disks: NodeDisks) -> Translation:
    """From now on `cache:<name>` means what lies on the disks; jobs that wait for it look again when that changes."""
    scheduler.holds_cache = disks.has

    def changed(event: NodeCacheFilled | NodeCacheEvicted) -> None:
        scheduler.caches_changed()

    return {NodeCacheFilled: changed, NodeCacheEvicted: changed}

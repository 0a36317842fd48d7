"""Artifacts supply Scheduling with locality: which node has which cache or image, for jobs that want to be near one."""

from domain.artifacts.node_disks import NodeDisks
from domain.contracts.artifacts import NodeCacheEvicted, NodeCacheFilled
from domain.scheduling.scheduler import Scheduler
from domain.shared.events import Translation


def translate(scheduler: Scheduler, disks: NodeDisks) -> Translation:
    """From now on `cache:<name>` means what lies on the disks; jobs that wait for it look again when that changes."""
    scheduler.holds_cache = disks.has

    def changed(event: NodeCacheFilled | NodeCacheEvicted) -> None:
        scheduler.caches_changed()

    return {NodeCacheFilled: changed, NodeCacheEvicted: changed}

"""What an attempt fetches and saves takes the time that its bytes take, and only live attempts move any."""

from domain.artifacts.cache_store import CacheKey, CacheStore
from domain.artifacts.evictions import EVICTIONS
from domain.artifacts.links import Link
from domain.artifacts.node_disks import Image, NodeDisks
from domain.artifacts.tokens import LiveTokens
from domain.artifacts.transfers import Restored, Transfers
from domain.contracts.artifacts import CacheRestored, ImagePulled
from domain.shared.events import Event
from domain.shared.ids import ExecutionId, JobId, NodeId
from domain.shared.refusals import Refused

STORE, REGISTRY = Link(1_000_000, 7), Link(2_000_000, 3)
HERE, THERE = NodeId(1), NodeId(2)
LIVE, STALE = ExecutionId(1), ExecutionId(2)
DEPS = CacheKey("web", "deps", "deps-2", ("deps-",))


class Dock:
    """One live attempt, a store with 100 bytes of room, and disks with 1000."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        tokens = LiveTokens()
        tokens.begin(LIVE, JobId(1), 1)
        said = self.events.append
        self.disks = NodeDisks(1000, [Image("python", (("debian", 50), ("python", 150)))], False, said)
        self.caches = CacheStore(tokens, 100, EVICTIONS["lru"], True, "main", said)
        self.transfers = Transfers(tokens, self.caches, self.disks, STORE, REGISTRY, said)

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


def test_an_image_comes_over_the_link_of_the_registry_once() -> None:
    dock = Dock()
    first = dock.transfers.pull_image(5, LIVE, HERE, "python")
    assert first == ImagePulled(5, LIVE, HERE, "python", 200, 103)
    again = dock.transfers.pull_image(500, LIVE, HERE, "python")
    assert again == ImagePulled(500, LIVE, HERE, "python", 0, 0)
    assert dock.of(ImagePulled) == [first, again]


def test_a_cache_is_missed_then_saved_then_found_exactly_or_by_prefix() -> None:
    dock = Dock()
    assert dock.transfers.restore(1, LIVE, HERE, DEPS) == Restored("miss", 0, 7), "the question costs the latency"
    assert dock.transfers.save(2, LIVE, HERE, DEPS, 80) is None
    assert dock.transfers.restore(3, LIVE, HERE, DEPS) == Restored("exact", 0, 0), "it lies where it was made"
    assert dock.transfers.restore(4, LIVE, THERE, DEPS) == Restored("exact", 80, 87)
    other = CacheKey("web", "deps", "deps-3", ("deps-",))
    assert dock.transfers.restore(900, LIVE, THERE, other) == Restored("prefix", 0, 0)
    told = [(event.node, event.key, event.hit, event.size_bytes, event.took_us) for event in dock.of(CacheRestored)]
    assert told == [
        (HERE, "deps-2", "miss", 0, 7), (HERE, "deps-2", "exact", 0, 0), (THERE, "deps-2", "exact", 80, 87),
        (THERE, "deps-3", "prefix", 0, 0),
    ]  # fmt: skip


def test_what_the_store_does_not_take_is_not_kept_on_the_node_either() -> None:
    dock = Dock()
    assert dock.transfers.save(1, LIVE, HERE, DEPS, 80) is None
    assert isinstance(dock.transfers.save(2, LIVE, THERE, DEPS, 80), Refused), "who came first has won"
    assert isinstance(dock.transfers.save(2, LIVE, THERE, CacheKey("web", "big", "b"), 101), Refused)
    assert dock.disks.has(HERE, "deps")
    assert not dock.disks.has(THERE, "deps") and not dock.disks.has(THERE, "big")


def test_an_attempt_that_is_over_moves_nothing() -> None:
    dock = Dock()
    stale = Refused("stale-token", "execution 2")
    assert dock.transfers.pull_image(1, STALE, HERE, "python") == stale
    assert dock.transfers.restore(1, STALE, HERE, DEPS) == stale
    assert dock.transfers.save(1, STALE, HERE, DEPS, 10) == stale
    assert not dock.events
    assert not dock.disks.has(HERE, "python") and not dock.disks.has(HERE, "deps")

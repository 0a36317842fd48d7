"""Caches are found exactly, then by prefix, on the own branch and then the default one, and an entry never changes."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.artifacts.cache_store import CacheEntry, CacheKey, CacheStore
from domain.artifacts.evictions import EVICTIONS
from domain.artifacts.tokens import LiveTokens
from domain.contracts.artifacts import CacheEvicted, CacheSaved
from domain.contracts.execution import ExecutionStarted
from domain.shared.events import Event
from domain.shared.ids import ExecutionId, JobId, NodeId, WorkerId
from domain.shared.refusals import Refused
from sim.checkers_artifacts import CachesStayInBounds

TOKEN = ExecutionId(1)


class Desk:
    """A store with one live attempt and a checker on its events."""

    def __init__(self, capacity: int = 100, eviction: str = "lru", per_tenant: bool = True) -> None:
        self.events: list[Event] = []
        self.tokens = LiveTokens()
        self.tokens.begin(TOKEN, JobId(1), 1)
        self.checks = CachesStayInBounds(capacity, per_tenant).subscriptions()
        self.hear(ExecutionStarted(0, TOKEN, JobId(1), 1, WorkerId(1), NodeId(1)))
        self.store = CacheStore(self.tokens, capacity, EVICTIONS[eviction], per_tenant, "main", self.hear)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.checks[type(event)](event)

    def save(self, key: str, ref: str = "main", size: int = 10, tenant: str = "web") -> CacheEntry | Refused:
        return self.store.save(0, TOKEN, CacheKey(tenant, "deps", key, (), ref), size)

    def find(self, key: str, *restore: str, ref: str = "main", tenant: str = "web") -> tuple[str, str, bool] | None:
        found = self.store.restore(CacheKey(tenant, "deps", key, restore, ref))
        return None if found is None else (found[0].key, found[0].ref, found[1])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_exact_key_wins_over_a_newer_prefix(desk: Desk) -> None:
    desk.save("deps-1")
    desk.save("deps-12")
    assert desk.find("deps-1", "deps-") == ("deps-1", "main", True)


def test_the_newest_entry_with_the_prefix_wins(desk: Desk) -> None:
    for key in ("deps-3", "deps-1", "deps-2", "other-9"):
        desk.save(key)
    assert desk.find("deps-4", "deps-") == ("deps-2", "main", False)


def test_the_key_is_itself_the_first_prefix(desk: Desk) -> None:
    desk.save("deps-1-linux")
    desk.save("deps-2")
    assert desk.find("deps-1", "deps-") == ("deps-1-linux", "main", False)


def test_restore_keys_are_tried_in_order(desk: Desk) -> None:
    desk.save("deps-linux-1")
    desk.save("deps-mac-1")
    assert desk.find("deps-linux-2", "deps-linux-", "deps-") == ("deps-linux-1", "main", False)
    assert desk.find("deps-win-1", "deps-win-", "deps-") == ("deps-mac-1", "main", False)
    assert desk.find("deps-win-1", "deps-win-") is None


def test_a_prefix_of_the_own_branch_wins_over_the_exact_key_of_the_default_branch(desk: Desk) -> None:
    desk.save("deps-1")
    desk.save("deps-0", ref="feature")
    assert desk.find("deps-1", "deps-", ref="feature") == ("deps-0", "feature", False)
    assert desk.find("deps-1", ref="feature") == ("deps-1", "main", True)


def test_a_branch_sees_the_default_branch_and_no_other(desk: Desk) -> None:
    desk.save("deps-1", ref="feature")
    assert desk.find("deps-1", "deps-", ref="other") is None
    assert desk.find("deps-1", "deps-") is None, "what a branch saves does not reach the default branch"


def test_tenants_see_nothing_of_each_other(desk: Desk) -> None:
    desk.save("deps-1")
    assert desk.find("deps-1", "deps-", tenant="app") is None


def test_an_entry_never_changes(desk: Desk) -> None:
    first = desk.save("deps-1", size=10)
    again = desk.save("deps-1", size=20)
    assert isinstance(again, Refused) and again.reason == "already-cached"
    assert desk.store.restore(CacheKey("web", "deps", "deps-1"))[0] is first


def test_a_stale_token_saves_nothing(desk: Desk) -> None:
    desk.tokens.end(TOKEN)
    refused = desk.save("deps-1")
    assert isinstance(refused, Refused) and refused.reason == "stale-token"
    assert len(desk.store) == 0


def test_rooms_are_per_tenant_or_shared() -> None:
    for per_tenant, left in ((True, 2), (False, 1)):
        desk = Desk(capacity=15, per_tenant=per_tenant)
        desk.save("a", tenant="web")
        desk.save("a", tenant="app")
        assert len(desk.store) == left


def test_what_is_restored_stays_and_what_is_not_goes(desk: Desk) -> None:
    for number in range(10):
        desk.save(f"deps-{number}")
    assert desk.find("deps-0")
    desk.save("deps-new")
    assert desk.find("deps-0") == ("deps-0", "main", True)
    assert desk.find("deps-1") is None
    assert [event.key for event in desk.events if isinstance(event, CacheEvicted)] == ["deps-1"]


def test_being_found_by_prefix_is_being_used_too(desk: Desk) -> None:
    for number in range(10):
        desk.save(f"deps-{number}", size=10)
    assert desk.find("deps-0x", "deps-0") == ("deps-0", "main", False)
    desk.save("deps-new")
    assert desk.find("deps-0") == ("deps-0", "main", True)


KEYS = st.sampled_from(["a", "a-1", "a-2", "a-21", "b", "b-1", "ba"])
REFS = st.sampled_from(["main", "one", "two"])
TENANTS = st.sampled_from(["web", "app"])


class CacheStores(RuleBasedStateMachine):
    """Against the documentation read literally: all entries in one list, newest first."""

    @initialize(eviction=st.sampled_from(sorted(EVICTIONS)), per_tenant=st.booleans(), capacity=st.integers(0, 60))
    def open(self, eviction: str, per_tenant: bool, capacity: int) -> None:
        self.desk = Desk(capacity, eviction, per_tenant)
        self.capacity, self.per_tenant = capacity, per_tenant
        self.entries: list[tuple[str, str, str, int]] = []
        self.heard = 0

    @rule(tenant=TENANTS, ref=REFS, key=KEYS, size=st.integers(0, 30))
    def saved(self, tenant: str, ref: str, key: str, size: int) -> None:
        there = any(entry[:3] == (tenant, ref, key) for entry in self.entries)
        answer = self.desk.save(key, ref, size, tenant)
        assert isinstance(answer, Refused) == (there or size > self.capacity)
        for event in self.desk.events[self.heard :]:
            if isinstance(event, CacheEvicted):
                self.entries.remove((event.tenant, event.ref, event.key, event.size_bytes))
            elif isinstance(event, CacheSaved):
                self.entries.insert(0, (event.tenant, event.ref, event.key, event.size_bytes))
        self.heard = len(self.desk.events)

    @rule(tenant=TENANTS, ref=REFS, key=KEYS, restore=st.lists(KEYS, max_size=3))
    def restored(self, tenant: str, ref: str, key: str, restore: list[str]) -> None:
        assert self.desk.find(key, *restore, ref=ref, tenant=tenant) == self.by_the_book(tenant, ref, key, restore)

    def by_the_book(self, tenant: str, ref: str, key: str, restore: list[str]) -> tuple[str, str, bool] | None:
        for branch in dict.fromkeys([ref, "main"]):
            here = [entry[2] for entry in self.entries if entry[:2] == (tenant, branch)]
            if key in here:
                return key, branch, True
            for prefix in [key, *restore]:
                for candidate in here:
                    if candidate.startswith(prefix):
                        return candidate, branch, False
        return None

    @invariant()
    def no_room_is_overfull(self) -> None:
        if not hasattr(self, "entries"):
            return
        for tenant in ("web", "app"):
            mine = sum(size for owner, _, _, size in self.entries if owner == tenant or not self.per_tenant)
            assert mine <= self.capacity
        assert len(self.desk.store) == len(self.entries)


TestCacheStores = CacheStores.TestCase
TestCacheStores.settings = settings(max_examples=150, stateful_step_count=40)

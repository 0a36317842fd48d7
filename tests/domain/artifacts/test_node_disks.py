"""A node fetches what it lacks and nothing else, within its budget, and it is known what lies where."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.acl import scheduling_to_artifacts
from domain.artifacts.links import Link
from domain.artifacts.node_disks import Image, NodeDisks
from domain.contracts.artifacts import NodeCacheEvicted, NodeCacheFilled
from domain.contracts.scheduling import NodeGone
from domain.shared.events import Event
from domain.shared.ids import NodeId

LINK = Link(bytes_per_s=1_000_000, latency_us=5)  # one byte a microsecond
IMAGES = [
    Image("python", (("debian", 50), ("python", 300))),
    Image("node", (("debian", 50), ("node", 400))),
    Image("huge", (("huge", 10_000),)),
]
HERE, THERE = NodeId(1), NodeId(2)


@pytest.fixture
def disks() -> NodeDisks:
    return NodeDisks(1000, IMAGES, False, lambda event: None)


def test_layers_are_pulled_once_per_node_and_shared_between_images(disks: NodeDisks) -> None:
    assert disks.pull(0, HERE, "python", LINK) == (350, 355)
    assert disks.pull(1000, HERE, "node", LINK) == (400, 405)
    assert disks.pull(2000, HERE, "python", LINK) == (0, 0)
    assert disks.pull(2000, THERE, "python", LINK) == (350, 355)


def test_who_wants_the_same_meanwhile_waits_for_it_and_fetches_nothing(disks: NodeDisks) -> None:
    disks.pull(0, HERE, "python", LINK)
    assert disks.pull(100, HERE, "python", LINK) == (0, 255)
    assert disks.pull(100, HERE, "node", LINK) == (400, 405), "debian comes meanwhile"
    assert disks.pull(355, HERE, "python", LINK) == (0, 0)


def test_what_is_larger_than_the_disk_is_fetched_every_time(disks: NodeDisks) -> None:
    for now in (0, 20_000):
        assert disks.pull(now, HERE, "huge", LINK) == (10_000, 10_005)
    assert not disks.has(HERE, "huge")


def test_a_cache_that_was_made_or_fetched_on_a_node_is_there(disks: NodeDisks) -> None:
    disks.keep(0, HERE, "deps", "deps-1", 100)
    assert disks.fetch(1, HERE, "deps", "deps-1", 100, LINK) == (0, 0)
    assert disks.fetch(1, THERE, "deps", "deps-1", 100, LINK) == (100, 105)
    assert disks.has(HERE, "deps") and disks.has(THERE, "deps")
    assert disks.fetch(200, HERE, "deps", "deps-2", 100, LINK) == (100, 105), "another entry is other content"


def test_the_least_recently_used_goes(disks: NodeDisks) -> None:
    disks.pull(0, HERE, "python", LINK)
    disks.keep(1, HERE, "deps", "deps-1", 500)
    disks.pull(2, HERE, "python", LINK)
    disks.pull(3, HERE, "node", LINK)
    assert not disks.has(HERE, "deps")
    assert disks.has(HERE, "python") and disks.has(HERE, "node")
    assert disks.evictions == 1


def test_a_node_that_went_has_nothing(disks: NodeDisks) -> None:
    disks.pull(0, HERE, "python", LINK)
    disks.forget(HERE)
    assert not disks.has(HERE, "python")
    assert disks.pull(500, HERE, "python", LINK) == (350, 355)


def test_a_link_rounds_up_and_moves_nothing_in_no_time() -> None:
    assert Link(3, 10).transfer_us(1) == 10 + 333_334
    assert Link(3, 10).transfer_us(0) == 0
    with pytest.raises(ValueError, match="a link"):
        Link(0)


class Disks(RuleBasedStateMachine):
    """What is told of nodes is what `has` says, whatever comes and goes."""

    @initialize(budget=st.sampled_from([0, 300, 460, 1000]))
    def open(self, budget: int) -> None:
        self.told: set[tuple[int, str]] = set()
        self.budget = budget
        self.now = 0
        self.disks = NodeDisks(budget, IMAGES, True, self.hear)

    def hear(self, event: Event) -> None:
        assert isinstance(event, NodeCacheFilled | NodeCacheEvicted)
        about = (event.node, event.key)
        assert (about in self.told) == isinstance(event, NodeCacheEvicted)
        self.told ^= {about}

    @rule(
        node=st.sampled_from([HERE, THERE]),
        image=st.sampled_from(["python", "node", "huge"]),
        passes=st.integers(0, 400),
    )
    def pulled(self, node: NodeId, image: str, passes: int) -> None:
        self.now += passes
        before = self.disks.has(node, image)
        lacking, took = self.disks.pull(self.now, node, image, LINK)
        assert not before or lacking == 0 or image == "python", "a cache has that name too"
        assert took >= LINK.transfer_us(lacking)

    @rule(node=st.sampled_from([HERE, THERE]), number=st.integers(1, 5), name=st.sampled_from(["deps", "python"]))
    def restored(self, node: NodeId, number: int, name: str) -> None:
        self.disks.fetch(self.now, node, name, f"{name}-{number}", number * 60, LINK)

    @rule(node=st.sampled_from([HERE, THERE]), number=st.integers(1, 5))
    def saved(self, node: NodeId, number: int) -> None:
        self.disks.keep(self.now, node, "deps", f"deps-{number}", number * 60)

    @rule(node=st.sampled_from([HERE, THERE]))
    def went(self, node: NodeId) -> None:
        self.disks.forget(node)
        self.told = {about for about in self.told if about[0] != node}

    @invariant()
    def it_is_known_what_lies_where(self) -> None:
        if not hasattr(self, "disks"):
            return
        names = ("python", "node", "huge", "deps")
        there = {(node, name) for node in (HERE, THERE) for name in names if self.disks.has(node, name)}
        assert there == self.told
        for disk in self.disks._disks.values():
            assert disk.room.used_bytes <= self.budget
            assert all(key in disk.room for key in disk.there_at_us)


TestDisks = Disks.TestCase
TestDisks.settings = settings(max_examples=150, stateful_step_count=40)


def test_a_node_that_left_for_good_is_forgotten(disks: NodeDisks) -> None:
    disks.pull(0, HERE, "python", LINK)
    scheduling_to_artifacts.translate(disks)[NodeGone](NodeGone(1, HERE))
    assert not disks.has(HERE, "python")

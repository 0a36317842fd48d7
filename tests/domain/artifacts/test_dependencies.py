"""Dependencies never make a cycle, however they are added and removed, and what is needed cannot be removed."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.artifacts.dependencies import Dependency, DependencyGraph
from domain.shared.ids import ArtifactId
from domain.shared.refusals import Refused

IDS = st.integers(1, 8).map(ArtifactId)


def is_acyclic(edges: set[tuple[int, int]]) -> bool:
    needs: dict[int, list[int]] = {}
    for artifact, needed in edges:
        needs.setdefault(artifact, []).append(needed)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        return False
    return True


class Dependencies(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.graph = DependencyGraph()
        self.edges: set[tuple[int, int]] = set()

    @rule(artifact=IDS, needs=IDS)
    def add(self, artifact: ArtifactId, needs: ArtifactId) -> None:
        fits = is_acyclic({*self.edges, (artifact, needs)})
        refused = self.graph.add(Dependency(artifact, needs))
        assert fits == (refused is None)
        if refused is None:
            self.edges.add((artifact, needs))
        else:
            assert refused.reason == "cycle"

    @rule(artifact=IDS)
    def remove(self, artifact: ArtifactId) -> None:
        if any(needed == artifact for _, needed in self.edges):
            with pytest.raises(ValueError, match="is needed by"):
                self.graph.remove(artifact)
            return
        before = {needed for _, needed in self.edges}
        self.edges = {edge for edge in self.edges if edge[0] != artifact}
        free = self.graph.remove(artifact)
        assert sorted(free) == sorted(before - {needed for _, needed in self.edges})

    @invariant()
    def it_knows_exactly_the_edges(self) -> None:
        for id in range(1, 9):
            needs = self.graph.needs_of(ArtifactId(id))
            assert {(id, needed) for needed in needs} == {edge for edge in self.edges if edge[0] == id}
            assert len(set(needs)) == len(needs)
            assert self.graph.is_needed(ArtifactId(id)) == any(needed == id for _, needed in self.edges)


TestDependencies = Dependencies.TestCase


def test_nothing_depends_on_itself() -> None:
    assert isinstance(DependencyGraph().add(Dependency(ArtifactId(1), ArtifactId(1))), Refused)


def test_a_long_chain_is_no_matter_of_recursion() -> None:
    graph = DependencyGraph()
    for id in range(1, 20_000):
        assert graph.add(Dependency(ArtifactId(id), ArtifactId(id + 1))) is None
    assert isinstance(graph.add(Dependency(ArtifactId(20_000), ArtifactId(1))), Refused)

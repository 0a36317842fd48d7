"""Dependencies between artifacts: an acyclic graph, in which nothing that others need may go."""

import msgspec

from domain.shared.ids import ArtifactId
from domain.shared.refusals import Refused


class Dependency(msgspec.Struct, frozen=True, gc=False):
    """`artifact` was made from, or is useless without, `needs`."""

    artifact: ArtifactId
    needs: ArtifactId


class DependencyGraph:
    """Both directions of every dependency, in the order they were added."""

    def __init__(self) -> None:
        self._needs: dict[ArtifactId, dict[ArtifactId, None]] = {}
        self._needed_by: dict[ArtifactId, dict[ArtifactId, None]] = {}

    def add(self, dependency: Dependency) -> Refused | None:
        """Refused where the dependency would close a cycle; adding it twice is adding it once."""
        artifact, needs = dependency.artifact, dependency.needs
        if artifact == needs or (artifact in self._needed_by and self._reaches(needs, artifact)):
            return Refused("cycle", f"{needs} already needs {artifact}")
        self._needs.setdefault(artifact, {})[needs] = None
        self._needed_by.setdefault(needs, {})[artifact] = None
        return None

    def needs_of(self, artifact: ArtifactId) -> tuple[ArtifactId, ...]:
        return tuple(self._needs.get(artifact, ()))

    def is_needed(self, artifact: ArtifactId) -> bool:
        return artifact in self._needed_by

    def remove(self, artifact: ArtifactId) -> list[ArtifactId]:
        """Forget an artifact that nothing needs; gives what nothing needs any more without it.

        Raises ValueError while something needs it.
        """
        if artifact in self._needed_by:
            raise ValueError(f"artifact {artifact} is needed by {list(self._needed_by[artifact])}")
        free = []
        for needed in self._needs.pop(artifact, ()):
            others = self._needed_by[needed]
            del others[artifact]
            if not others:
                del self._needed_by[needed]
                free.append(needed)
        return free

    def _reaches(self, start: ArtifactId, goal: ArtifactId) -> bool:
        """Whether a chain of needs leads from `start` to `goal`."""
        seen, todo = {start}, [start]
        while todo:
            for needed in self.needs_of(todo.pop()):
                if needed == goal:
                    return True
                if needed not in seen:
                    seen.add(needed)
                    todo.append(needed)
        return False

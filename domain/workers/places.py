"""The places that jobs have on machines, each begun once and given up once, whatever is heard twice or too late."""

from domain.shared.ids import AssignmentId
from domain.shared.once import Once


class Places:
    """Knows an assignment from its being placed to its end; news of one that is over changes nothing."""

    def __init__(self) -> None:
        self._begun = Once()
        self._live: set[AssignmentId] = set()

    def begin(self, assignment: AssignmentId) -> bool:
        """Whether the place is new."""
        if not self._begun.first(assignment):
            return False
        self._live.add(assignment)
        return True

    def end(self, assignment: AssignmentId) -> bool:
        """Whether the place was still held; one that has not begun yet never will."""
        if assignment in self._live:
            self._live.remove(assignment)
            return True
        self._begun.first(assignment)
        return False

"""A tournament tree: who has the lowest of many changing scores, in logarithmic time."""

ABSENT = -1


EMPTY = 1 << 100
"""Worse than any score: what ABSENT is inside the tree."""


class Tournament:
    """Slots 0, 1, 2, … with a score ≥ 0 or ABSENT each; ties go to the lower slot.

    Every inner node holds the smaller score of its two children, and a change climbs only until a parent stays what
    it was: where many slots have the same score, as idle nodes of one kind do, that is soon.
    """

    __slots__ = ("_tree", "_width")

    def __init__(self, width: int = 1) -> None:
        self._width = 1 << max(width - 1, 1).bit_length()
        self._tree = [EMPTY] * (2 * self._width)  # the root is 1; 0 stays empty, as the root's other half

    def set(self, slot: int, score: int) -> None:
        """Give `slot` a score, or ABSENT to take it out; slots beyond the width make the tree grow."""
        if slot >= self._width:
            self._grow(slot + 1)
        tree = self._tree
        at = slot + self._width
        if score < 0:
            score = EMPTY
        while at and tree[at] != score:
            tree[at] = score
            other = tree[at ^ 1]
            if other < score:
                score = other
            at >>= 1

    def first(self) -> int:
        """The slot with the lowest score, or ABSENT when every slot is."""
        tree, at, width = self._tree, 1, self._width
        best = tree[1]
        if best == EMPTY:
            return ABSENT
        while at < width:
            at += at
            if tree[at] != best:
                at += 1
        return at - width

    def score(self, slot: int) -> int:
        value = self._tree[slot + self._width] if slot < self._width else EMPTY
        return ABSENT if value == EMPTY else value

    def _grow(self, width: int) -> None:
        leaves = self._tree[self._width :]
        fresh = Tournament(width)
        self._width, self._tree = fresh._width, fresh._tree
        for slot, score in enumerate(leaves):
            if score != EMPTY:
                self.set(slot, score)

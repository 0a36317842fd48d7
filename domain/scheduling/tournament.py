"""A tournament tree: the lowest of many changing scores in constant time, one change in logarithmic time."""

ABSENT = -1


class Tournament:
    """Slots 0, 1, 2, … with a score ≥ 0 or ABSENT each; ties go to the lower slot.

    A slot's score and number are one integer at a leaf, every inner node holds the smaller of its two children, and
    a change climbs only until a parent stays what it was.
    """

    __slots__ = ("_bits", "_empty", "_tree", "_width")

    def __init__(self, width: int = 1) -> None:
        self._bits = max(width - 1, 1).bit_length()
        self._width = 1 << self._bits
        self._empty = 1 << 100
        self._tree = [self._empty] * (2 * self._width)

    def set(self, slot: int, score: int) -> None:
        """Give `slot` a score, or ABSENT to take it out; slots beyond the width make the tree grow."""
        if slot >= self._width:
            self._grow(slot + 1)
        tree = self._tree
        at = slot + self._width
        value = self._empty if score < 0 else score << self._bits | slot
        if tree[at] == value:
            return
        tree[at] = value
        while at > 1:
            other = tree[at ^ 1]
            at >>= 1
            if other < value:
                value = other
            if tree[at] == value:
                return
            tree[at] = value

    def first(self) -> int:
        """The slot with the lowest score, or ABSENT when every slot is."""
        best = self._tree[1]
        return ABSENT if best == self._empty else best & (self._width - 1)

    def score(self, slot: int) -> int:
        if slot >= self._width:
            return ABSENT
        value = self._tree[slot + self._width]
        return ABSENT if value == self._empty else value >> self._bits

    def _grow(self, width: int) -> None:
        scores = [self.score(slot) for slot in range(self._width)]
        fresh = Tournament(width)
        for slot, score in enumerate(scores):
            fresh.set(slot, score)
        self._bits, self._width, self._tree = fresh._bits, fresh._width, fresh._tree

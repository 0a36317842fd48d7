"""Telling news from what was heard before, where messages may come twice."""

WINDOW = 8192


class Once:
    """Remembers which keys, numbers from 1, have been heard: all up to one of them, and the last `window` above it.

    Where numbers come in order that is a comparison. Above a number that never comes, the keys are kept in two
    generations, `window` to twice as many: one that comes again after that is not recognised, so whoever hears it must
    also cope with a place or a job that it does not know. What was never heard is never taken for heard.
    """

    __slots__ = ("_new", "_old", "_upto", "_window")

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._upto = 0
        self._new: set[int] = set()
        self._old: set[int] = set()

    def first(self, key: int) -> bool:
        """Whether the key is heard for the first time; from now on it is not."""
        upto, new = self._upto, self._new
        if key == upto + 1:
            self._upto = key
            if new or self._old:
                self._absorb()
            return True
        if key <= upto or key in new or key in self._old:
            return False
        new.add(key)
        if len(new) >= self._window:
            self._old, self._new = new, set()
        return True

    def __contains__(self, key: int) -> bool:
        return key <= self._upto or key in self._new or key in self._old

    def _absorb(self) -> None:
        """Move on over what has been heard without a gap."""
        upto, new, old = self._upto, self._new, self._old
        while upto + 1 in new or upto + 1 in old:
            upto += 1
            new.discard(upto)
            old.discard(upto)
        self._upto = upto

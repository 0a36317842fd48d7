"""What is taken for known in one import: each open question is answered once, and then the same everywhere."""

from collections import Counter
from collections.abc import Callable, Mapping

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.evaluation import Pin, Pins
from domain.acl.github_actions_to_orchestration.values import Atom, Value, has_unknown, truth, written

MOST_TRIED = 300
"""Answers that are tried for one condition before it is taken as a whole."""
MOST_AT_ONCE = 40
"""Answers that one condition may need."""
MOST_IN_ALL = 3_000
"""Answers that are tried in one import: beyond them its conditions are a trap."""

Ask = Callable[[Pins], Value]
"""The value that comes out with some answers."""


class _Search:
    """Looks for answers with which a value is accepted; remembers whether it saw all that there is to see."""

    def __init__(
        self, ask: Ask, accepted: Callable[[Value], bool | None], first: bool, votes: Mapping[str, int], most: int
    ) -> None:
        self._ask, self._accepted, self._first, self._votes = ask, accepted, first, votes
        self._left = most
        self.tried = 0
        self.complete = True

    def run(self, pins: dict[str, Pin], depth: int = 0) -> dict[str, Pin] | None:
        value = self._ask(pins)
        accepted = self._accepted(value)
        if accepted is not None:
            return pins if accepted else None
        missing = has_unknown(value)
        atoms = [one for one in missing.atoms if one.text not in pins] if missing else []
        if not atoms or self.tried >= self._left or depth > MOST_AT_ONCE:
            self.complete = False
            return None
        atom = max(atoms, key=lambda one: self._votes.get(one.text, 0))  # of equals, the first
        for answer in (self._first, not self._first):
            self.tried += 1
            more = _answered(atom, answer, pins)
            found = self.run(more, depth + 1) if more is not None else None
            if found is not None:
                return found
        return None


class Assumptions:
    """Answers so far; new ones are given only where they decide something, yes first where conditions are to hold."""

    def __init__(self, yes_first: bool = True) -> None:
        self.pins: dict[str, Pin] = {}
        self.yes_first = yes_first
        self._left = MOST_IN_ALL
        self.votes: Counter[str] = Counter()
        """How often conditions of the files ask a question: what most of them ask for is tried first."""

    def settle(self, ask: Ask, wanted: bool) -> bool | None:
        """Whether it is true, with answers that make it `wanted` if any do; None where no answers tell."""

        def accepted(value: Value) -> bool | None:
            known = truth(value)
            return None if known is None else known is wanted

        search, found = self._searched(ask, accepted, wanted)
        if found is not None:
            return wanted
        return not wanted if search.complete else None

    def decide(self, ask: Ask) -> Value:
        """The value, with answers that make it known if any do."""
        self._searched(ask, lambda value: None if has_unknown(value) else True, self.yes_first)
        return ask(self.pins)

    def _searched(
        self, ask: Ask, accepted: Callable[[Value], bool | None], first: bool
    ) -> tuple[_Search, dict[str, Pin] | None]:
        """A search and what it found, which holds from now on."""
        search = _Search(ask, accepted, first, self.votes, min(MOST_TRIED, self._left))
        found = search.run(dict(self.pins))
        self._left -= search.tried
        if found is not None:
            self.pins = found
        return search, found

    def taken(self, value: Value) -> tuple[str, ...]:
        """The answers that a value depends on, in words."""
        missing = has_unknown(value)
        found: dict[str, None] = {}
        for atom in missing.atoms if missing else ():
            for name in (atom.binds, atom.text):
                if name in self.pins:
                    found[_said(name, self.pins[name])] = None
                    break
        return tuple(found)

    def told(self) -> tuple[str, ...]:
        """All answers, in words, in the order in which they were needed."""
        values = {name for name, pin in self.pins.items() if pin.is_value}
        return tuple(
            _said(name, pin)
            for name, pin in self.pins.items()
            if pin.is_value or not (pin.value and any(value in name for value in values))
        )


def _answered(atom: Atom, answer: bool, pins: dict[str, Pin]) -> dict[str, Pin] | None:
    """With one more answer and what follows from it; None where it contradicts an earlier one."""
    more = {**pins, atom.text: Pin(answer)}
    if not (answer and atom.binds):
        return more
    for name, value in _follows(atom.binds, atom.value):
        if name in pins and written(pins[name].value) != written(value):
            return None
        more[name] = Pin(value, is_value=True)
    return more


def _follows(name: str, value: Data) -> list[tuple[str, Data]]:
    """A repository tells its owner."""
    found = [(name, value)]
    if name == "github.repository" and isinstance(value, str):
        found.append(("github.repository_owner", value.partition("/")[0]))
    return found


_TEXTS = ("vars.", "needs.", "secrets.")


def _said(name: str, pin: Pin) -> str:
    """An answer in words."""
    path = name.rpartition(": ")[2]
    if pin.is_value:
        return f"{name} is {written(pin.value)}"
    if " " in path or "(" in path:
        return f"{name} is {'true' if pin.value else 'false'}"
    return f"{name} is {'set' if pin.value else 'empty' if path.startswith(_TEXTS) else 'empty or false'}"

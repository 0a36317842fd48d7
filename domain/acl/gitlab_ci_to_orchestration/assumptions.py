"""What is taken for granted where nobody can know: one value for each unknown variable, throughout one import.

A condition with unknown variables is three-valued. Where it stays open, values are tried for them, those that the
condition itself names first, until it is what is wanted; from then on the variable has that value everywhere, so that
`$X == "a"` in one job and `$X != "a"` in another are never both true.
"""

from collections.abc import Iterator, Mapping
from itertools import islice, product

from domain.acl.ci_to_orchestration.documents import show
from domain.acl.gitlab_ci_to_orchestration.conditions import Lookup, Unsure, constants, holds, variables_of

SOMETHING = "(some value)"
"""Of a variable that is set, to nothing that the condition names."""
MOST_READ = 60_000
"""Characters of conditions that are read for one of them, which may name many variables."""


class Assumptions:
    """`wanted`: open conditions are decided so that jobs run, or so that they do not, as far as earlier ones allow."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self._values: dict[str, str | None] = {}

    def known(self, lookup: Lookup) -> Lookup:
        """The same, with what was assumed already."""

        def found(name: str) -> str | Unsure | None:
            value = lookup(name)
            if isinstance(value, Unsure) and name in self._values:
                return self._values[name]
            return value

        return found

    def settle(self, condition: str, lookup: Lookup, for_running: bool = True) -> tuple[bool, tuple[str, ...]]:
        """(what the condition is taken to be, what was assumed for it). Raises ConditionFlaw.

        Not `for_running`: one that leaves a job out, such as of a rule with `when: never`.
        """
        wanted = self.wanted is for_running
        known = self.known(lookup)
        value = holds(condition, known)
        if not isinstance(value, Unsure):
            return value, tuple(self._words(name) for name in self._assumed_in(condition, lookup))
        names = [name for name in variables_of(condition) if isinstance(known(name), Unsure)]
        for chosen in islice(self._choices(condition, names, wanted), 1 + MOST_READ // len(condition)):
            tried = holds(condition, _given(chosen, known), untried=self.wanted)
            if tried == wanted:
                break
        else:
            chosen = dict.fromkeys(names, None)  # it cannot be what is wanted, or is too large to try all
        self._values |= chosen
        return bool(holds(condition, known, untried=self.wanted)), self._reasons(condition, lookup)

    def _choices(self, condition: str, names: list[str], wanted: bool) -> Iterator[dict[str, str | None]]:
        named: list[str | None] = list(constants(condition))
        values = [*named, SOMETHING, None] if wanted else [None, SOMETHING, *named]
        for one in product(dict.fromkeys(values), repeat=len(names)):
            yield dict(zip(names, one, strict=True))

    def _assumed_in(self, condition: str, lookup: Lookup) -> list[str]:
        return [name for name in variables_of(condition) if name in self._values and isinstance(lookup(name), Unsure)]

    def _reasons(self, condition: str, lookup: Lookup) -> tuple[str, ...]:
        words = [self._words(name) for name in self._assumed_in(condition, lookup)]
        open_still = holds(condition, self.known(lookup))
        if isinstance(open_still, Unsure):
            words.append(f"{open_still.reason}: taken {'to match' if self.wanted else 'not to match'}")
        return tuple(words)

    def told(self) -> tuple[str, ...]:
        """What every variable is taken to be."""
        return tuple(f"{name} is {self._shown(name)}" for name in self._values)

    def _words(self, name: str) -> str:
        return f"the variable {name} is not given: taken to be {self._shown(name)}, everywhere in this pipeline"

    def _shown(self, name: str) -> str:
        value = self._values[name]
        return "unset" if value is None else "set, to nothing that is asked for" if value == SOMETHING else show(value)


def _given(chosen: Mapping[str, str | None], lookup: Lookup) -> Lookup:
    """The lookup with some variables chosen."""
    return lambda name: chosen[name] if name in chosen else lookup(name)

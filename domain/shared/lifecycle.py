"""Lifecycles as tables: the states an aggregate may be in, the moves between them, and the one way to make a move."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec

Table = Mapping[str, Mapping[str, str]]
"""state → move → next state; a state without moves is terminal."""


class IllegalMove(Exception):
    """Our own bug: code asked an aggregate for a move that its table does not have."""


class Aggregate(msgspec.Struct, eq=False):
    """Something with an identity and a state that changes only along its `MOVES` table, starting in `INITIAL`.

    Subclasses have fields `id` and `state`. They are structs because a struct is made in a third of the time that
    a class with `__init__` takes, and every job makes six; two aggregates are equal only when they are the same.
    """

    MOVES: ClassVar[Table]
    INITIAL: ClassVar[str]

    def move(self: Any, name: str) -> None:
        """Take the move called `name`; raises IllegalMove, and changes nothing, where the table has no such edge."""
        try:
            self.state = self.MOVES[self.state][name]
        except KeyError:
            allowed = ", ".join(self.MOVES[self.state]) or "none, it is terminal"
            raise IllegalMove(
                f"{type(self).__name__} {self.id} is {self.state} and cannot {name} (allowed: {allowed})"
            ) from None

    @property
    def ended(self: Any) -> bool:
        return not self.MOVES[self.state]

    def __repr__(self: Any) -> str:
        return f"<{type(self).__name__} {self.id} {self.state}>"


def edges(table: Table) -> Iterator[tuple[str, str, str]]:
    """Every (state, move, next state) of a table, in the order it is written."""
    for state, moves in table.items():
        for name, target in moves.items():
            yield state, name, target

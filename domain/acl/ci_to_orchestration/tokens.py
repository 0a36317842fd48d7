"""Cuts a text of a small language into its tokens, for the conditions and expressions of every CI format."""

import re
from collections.abc import Callable
from typing import NamedTuple

from domain.acl.ci_to_orchestration.documents import show


class Token(NamedTuple):
    """What it is, as the language names it, and where it begins."""

    kind: str
    text: str
    at: int


def tokens_of(text: str, language: re.Pattern[str], what: str, flaw: Callable[[str], Exception]) -> list[Token]:
    """All of them, the last is of kind `end`. The language has a named group for each kind, with white space before.

    Raises `flaw` where none of them fits: it is no part of `what`, such as "a condition".
    """
    tokens: list[Token] = []
    at = 0
    while True:
        found = language.match(text, at)
        if found is None:
            raise flaw(f"{show(text[at : at + 20])} at character {at + 1} is no part of {what}")
        kind = str(found.lastgroup)
        tokens.append(Token(kind, found.group(kind), found.start(kind)))
        if kind == "end":
            return tokens
        at = found.end()

"""A text that is read from left to right, and the complaint about it: which column, what is there, what may be."""

import re
from typing import NoReturn

from scenarios.problems import show

LONGEST = 300


class ThresholdError(ValueError):
    """A text is no threshold: in which column (from 1), what is there, and what may be."""

    def __init__(self, text: str, column: int, found: str, allowed: str) -> None:
        self.text, self.column, self.found, self.allowed = text, column, found, allowed
        super().__init__(f"{show(text)}, column {column}: found {found}, allowed: {allowed}")


class Source:
    """What is left of a text, and in which column that begins."""

    BARE = r"[A-Za-z0-9_.+/:@-]+"

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.last = 1  # column of the latest value
        if len(text) > LONGEST:
            raise ThresholdError(text[:40] + "…", LONGEST, f"{len(text)} characters", f"at most {LONGEST}")
        self._skip()

    @property
    def column(self) -> int:
        return self.at + 1

    @property
    def rest(self) -> str:
        return self.text[self.at :].rstrip()

    @property
    def next_shown(self) -> str:
        return self.rest[:20] or "nothing"

    def _skip(self) -> None:
        self.at += len(self.text[self.at :]) - len(self.text[self.at :].lstrip(" "))

    def _match(self, pattern: str) -> str:
        found = re.compile(pattern).match(self.text, self.at)
        if not found:
            return ""
        self.at = found.end()
        self._skip()
        return found[0]

    def take(self, mark: str) -> bool:
        """Whether `mark` comes next: then it is behind us. A word must end there."""
        return bool(self._match(re.escape(mark) + (r"(?![A-Za-z0-9_.])" if mark.isalpha() else "")))

    def need(self, mark: str) -> bool:
        return self.take(mark) or self.refuse(mark)

    def word(self) -> str:
        return self._match(r"[A-Za-z_][A-Za-z0-9_.]*")

    def value(self, what: str) -> str:
        """A name as it stands, or any text in quotes."""
        self.last = self.column
        quoted = self._match(r'"[^"\\]*"')
        return quoted[1:-1] if quoted else self._match(self.BARE) or self.refuse(f"{what}, in quotes where it is odd")

    def refuse(self, allowed: str, column: int = 0, found: str = "") -> NoReturn:
        found = found or self.next_shown
        raise ThresholdError(self.text, column or self.column, found if found == "nothing" else show(found), allowed)

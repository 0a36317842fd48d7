"""The audit trail: every decision with its reason, counted for ever and kept for as long as there is room."""

from array import array
from collections.abc import Iterator
from struct import Struct

import msgspec

COLUMNS = 5
PACK = Struct(f"{COLUMNS}q").pack


class Decision(msgspec.Struct, frozen=True):
    """One line of the trail. `subject` is the id of who asked (a user, an execution); `thing` what it was about."""

    at_us: int
    action: str
    reason: str
    tenant: str
    subject: int
    thing: str


class AuditTrail:
    """Rows of integers in one array, oldest first; between `keep` and twice as many of the latest are there.

    Texts are numbered once: what happens to every attempt records numbers only.
    """

    def __init__(self, keep: int = 100_000) -> None:
        self.counts: list[int] = []  # per code, of all decisions ever
        self.forgotten = 0  # decisions that are counted only
        self._keep = keep
        self._rows = array("q")
        self._codes: dict[tuple[str, str], int] = {}
        self._names: dict[str, int] = {"": 0}

    def code(self, action: str, reason: str) -> int:
        """The number of a decision of this kind, with this outcome."""
        code = self._codes.setdefault((action, reason), len(self._codes))
        if code == len(self.counts):
            self.counts.append(0)
        return code

    def name(self, text: str) -> int:
        """The number of a tenant or a thing."""
        return self._names.setdefault(text, len(self._names))

    def record(self, now: int, code: int, tenant: int, subject: int, thing: int = 0) -> None:
        self.counts[code] += 1
        rows = self._rows
        rows.frombytes(PACK(now, code, tenant, subject, thing))  # a third of the time of extend
        if len(rows) >= 2 * COLUMNS * self._keep:
            self.forgotten += self._keep
            del rows[: COLUMNS * self._keep]

    def by_reason(self) -> dict[tuple[str, str], int]:
        """(action, reason) → how often, of all decisions ever, in the order of first appearance."""
        return {key: self.counts[code] for key, code in self._codes.items() if self.counts[code]}

    def __len__(self) -> int:
        """How many decisions are kept."""
        return len(self._rows) // COLUMNS

    def __iter__(self) -> Iterator[Decision]:
        codes, names, rows = list(self._codes), list(self._names), self._rows
        for i in range(0, len(rows), COLUMNS):
            at, code, tenant, subject, thing = rows[i : i + COLUMNS]
            yield Decision(at, *codes[code], names[tenant], subject, names[thing])

    def lines(self) -> Iterator[bytes]:
        """The decisions that are kept as JSON, one a line."""
        encode = msgspec.json.Encoder().encode
        return (encode(decision) + b"\n" for decision in self)

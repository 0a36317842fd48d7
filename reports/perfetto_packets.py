"""Packets of a Perfetto trace: tracks, slices and counters, with every name written once.

Source: Perfetto, "Writing TrackEvent protos synthetically" and trace_packet.proto (perfetto.dev, v51, 2026).
"""

from collections.abc import Callable, Mapping
from enum import IntEnum

from reports.protobuf import integer, message, text, varint

SEQUENCE = integer(10, 1)
CLEARED, NEEDED = integer(13, 1), integer(13, 2)
"""The first packet of a sequence says that names are numbered anew, all others that they rely on that."""
NS_PER_US = 1_000


class Ordering(IntEnum):
    """How the children of a track are ordered on the screen."""

    AS_THEY_BEGIN = 2
    BY_RANK = 3


class Packets:
    """Writes packets to `write` one by one; nothing is kept but the numbers of names and tracks."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._tracks = 0
        self._first = True
        self._slice_names: dict[str, int] = {}
        self._note_names: dict[str, int] = {}
        self._note_texts: dict[str, int] = {}
        self._new: list[bytes] = []

    def track(
        self, name: str, parent: int = 0, rank: int = 0, order: Ordering | None = None, unit: str | None = None
    ) -> int:
        """A new track, a counter where it has a unit; siblings of one name are shown as one, on several lines."""
        self._tracks += 1
        parts = [integer(1, self._tracks), text(2, name)]
        if parent:
            parts.append(integer(5, parent))
        if order is not None:
            parts.append(integer(11, order))
        if rank:
            parts.append(integer(12, rank))
        if unit is not None:
            parts.append(message(8, text(6, unit)))
        self._packet(message(60, *parts))
        return self._tracks

    def begin(self, at_us: int, track: int, name: str, notes: Mapping[str, str | int] = {}) -> None:
        number = self._number(self._slice_names, name, 2)
        self._event(at_us, track, 1, integer(10, number), *(self._note(*note) for note in notes.items()))

    def end(self, at_us: int, track: int) -> None:
        self._event(at_us, track, 2)

    def counter(self, at_us: int, track: int, value: int) -> None:
        self._event(at_us, track, 4, integer(30, value))

    def _note(self, name: str, value: str | int) -> bytes:
        number = integer(1, self._number(self._note_names, name, 3))
        if isinstance(value, int):
            return message(4, number, integer(4, value))
        return message(4, number, integer(17, self._number(self._note_texts, value, 29)))

    def _number(self, known: dict[str, int], name: str, field: int) -> int:
        number = known.get(name)
        if number is None:
            number = known[name] = len(known) + 1
            self._new.append(message(field, integer(1, number), text(2, name)))
        return number

    def _event(self, at_us: int, track: int, kind: int, *parts: bytes) -> None:
        event = message(11, integer(9, kind), integer(11, track), *parts)
        self._packet(integer(8, at_us * NS_PER_US) + event)

    def _packet(self, body: bytes) -> None:
        if self._new:
            body += message(12, *self._new)
            self._new.clear()
        body += SEQUENCE + (CLEARED if self._first else NEEDED)
        self._first = False
        self._write(b"\x0a" + varint(len(body)) + body)

"""The attributes of one series of a metric: sorted, immutable, one object for equal contents."""

from collections.abc import Iterator, Mapping

import msgspec


class TagSet(msgspec.Struct, frozen=True):
    """Names and values, sorted by name, each name once. Made by `TagSets`."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)


OVERFLOW = TagSet((("otel.metric.overflow", "true"),))
"""The series of everything beyond a metric's cardinality limit, by the name that OpenTelemetry gives it."""


class TagSets:
    """Interns: asking twice for the same tags gives the same object, whatever order they come in."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str], ...], TagSet] = {}

    def __call__(self, tags: Mapping[str, str]) -> TagSet:
        pairs = tuple(sorted(tags.items()))
        known = self._known.get(pairs)
        if known is None:
            known = self._known[pairs] = TagSet(pairs)
        return known

    def __len__(self) -> int:
        return len(self._known)

"""What becomes of every keyword of a format: translated, told as not modelled, or without effect on a schedule.

One that is in none of the three tables is told as not known, so that none can be dropped in silence.
"""

from collections.abc import Iterator, Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path
from domain.acl.ci_to_orchestration.imported import Notes


def named(table: Mapping[str, str]) -> frozenset[str]:
    """Keyword by keyword (`cache:key` is `key` within `cache`), from names by the keyword that they are within."""
    return frozenset(
        f"{within}:{name}" if within else name for within, names in table.items() for name in names.split()
    )


_NONE = object()


class Vocabulary(msgspec.Struct, frozen=True):
    """The three tables, keywords that have the same fields as another (`same`: keyword → the other), and values that
    are what a keyword is anyway (`default`), so that they need not be told.
    """

    translated: frozenset[str]
    not_modelled: Mapping[str, str]
    no_effect: frozenset[str]
    parents: frozenset[str]
    same: Mapping[str, str]
    default: Mapping[str, Data]

    def known(self, keyword: str) -> bool:
        return keyword in self.translated or keyword in self.no_effect or keyword in self.not_modelled

    def report(self, fields: Mapping[str, Data], file: str, path: Path, notes: Notes, within: str = "") -> None:
        """Tell every keyword below that changes nothing here, or that is not known."""
        for keyword, place, value in self._keywords(fields, path, within):
            if keyword in self.not_modelled and self.default.get(keyword, _NONE) != value:
                notes.not_modelled(file, place, self.not_modelled[keyword])
            elif not self.known(keyword):
                notes.unknown(file, place, f"{keyword} is not known here: it is left out")

    def _keywords(self, value: Data, path: Path, within: str) -> Iterator[tuple[str, Path, Data]]:
        """Every keyword below, with its place; what is named by the author of the file is none."""
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from self._keywords(one, (*path, index), within)
        elif isinstance(value, Mapping) and within in self.parents:
            for name, one in value.items():
                keyword = f"{within}:{name}" if within else name
                yield keyword, (*path, name), one
                yield from self._keywords(one, (*path, name), self.same.get(keyword, keyword))


def vocabulary(
    translated: Mapping[str, str], not_modelled: Mapping[str, str], no_effect: Mapping[str, str],
    same: Mapping[str, str] | None = None, default: Mapping[str, Data] | None = None,
) -> Vocabulary:  # fmt: skip
    """Its tables; whatever has a keyword within it is looked into."""
    read, ignored = named(translated), named(no_effect)
    parents = frozenset(keyword.rpartition(":")[0] for keyword in (*read, *ignored, *not_modelled))
    return Vocabulary(read, not_modelled, ignored, parents, same or {}, default or {})

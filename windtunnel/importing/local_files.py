"""The files beside an imported one: read when they are asked for, never from outside the repository."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scenarios.ci_files import Dialect, Document, read_file


def whole(documents: Sequence[Document]) -> Document:
    """The last document of a file, with the `spec` of its inputs that GitLab writes in front of it."""
    last = documents[-1]
    if len(documents) == 2 and isinstance(last.data, dict):
        header = documents[0]
        if isinstance(header.data, dict) and set(header.data) == {"spec"}:
            return last.headed_by(header)
    return last


class LocalFiles(Mapping[str, Any]):
    """Path relative to the repository → plain data; remembers the documents, for their lines.

    The repository is where `.github` is, or the folder of the file itself.
    """

    def __init__(self, file: Path, dialect: Dialect) -> None:
        parents = file.absolute().parents
        self.root = next((parent.parent for parent in parents if parent.name == ".github"), file.absolute().parent)
        self.documents: dict[str, Document] = {}
        self._dialect = dialect

    def _inside(self, name: str) -> Path | None:
        try:
            path = (self.root / name).resolve()
            inside = path.is_relative_to(self.root.resolve()) and path.is_file()
        except (OSError, ValueError):
            return None
        return path if inside else None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._inside(name) is not None

    def __getitem__(self, name: str) -> Any:
        """Raises ScenarioError where the file cannot be read, with its place."""
        if name not in self.documents:
            path = self._inside(name)
            if path is None:
                raise KeyError(name)
            documents = read_file(path, name, self._dialect)
            self.documents[name] = whole(documents) if documents else Document({}, name, {})
        return self.documents[name].data

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)

"""The catalogue: scenarios that come with Windtunnel, each under the name of its file."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("catalogue")
STARTER = Path(__file__).with_name("starter.yaml")
"""A commented scenario to begin one's own with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One scenario of the catalogue."""

    name: str
    question: str
    path: Path


def names() -> list[str]:
    """The names of all entries, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def entries() -> list[Entry]:
    """All entries by name, each with the question that it answers."""
    import yaml

    paths = [FOLDER / f"{name}.yaml" for name in names()]
    return [
        Entry(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))["question"].strip(), path) for path in paths
    ]

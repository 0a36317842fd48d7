"""What a GitLab job keeps and fetches: caches by key, and artifacts by the job that made them.

Source: "cache", "artifacts", "dependencies", CI/CD YAML syntax reference, docs.gitlab.com, read 2026-11. Nothing there
says how large they are.
"""

import re
from collections.abc import Iterator, Mapping

from domain.acl.ci_to_orchestration.documents import Data, as_list, scalar_text
from domain.acl.ci_to_orchestration.imported import ImportedCache
from domain.acl.ci_to_orchestration.specs import literal
from domain.acl.gitlab_ci_to_orchestration.fields import Reader
from domain.acl.gitlab_ci_to_orchestration.situation import unexpanded

_LOCK = "{lock}"
_UNKNOWN = "…"


def caches(reader: Reader) -> tuple[ImportedCache, ...]:
    """Those with something in them; a key of files changes when they do."""
    found: dict[str, ImportedCache] = {}
    for one in as_list(reader.job.get("cache")):
        if isinstance(one, Mapping) and (one.get("paths") or one.get("untracked")):
            key = _key(reader, one.get("key", "default"))
            found[key] = ImportedCache(key, tuple(_text(reader, more) for more in as_list(one.get("fallback_keys"))))
    return tuple(found.values())


def _key(reader: Reader, written: Data) -> str:
    if not isinstance(written, Mapping):
        return _text(reader, written) or "default"
    prefix = _text(reader, written.get("prefix"))
    return f"{prefix}-{_LOCK}" if prefix else f"files-{_LOCK}"


def _text(reader: Reader, written: Data) -> str:
    """With … for variables that are not given."""
    text = reader.text(written)
    for name in unexpanded(text):
        text = re.sub(rf"\$\{{{name}\}}|\${name}(?![A-Za-z0-9_])", _UNKNOWN, text)
    return literal(text)


def uploads(reader: Reader, name: str) -> tuple[str, ...]:
    """A job's artifacts are called like the job; reports are for people, and nobody fetches them."""
    artifacts = reader.job.get("artifacts")
    kept = isinstance(artifacts, Mapping) and (artifacts.get("paths") or artifacts.get("untracked"))
    return (name,) if kept else ()


def downloads(reader: Reader, needed: list[str] | None, keeping: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Patterns of artifacts that it fetches: what it asks for, of what it needs, else everything made before.

    `needed`: jobs that `needs` names with their artifacts, None where stages say; `keeping`: what each job became, as
    far as it has artifacts.
    """
    asked = reader.job.get("dependencies")
    if isinstance(asked, list):
        return tuple(_exactly(made for name in asked for made in keeping.get(scalar_text(name), ())))
    return ("*",) if needed is None else tuple(_exactly(iter(needed)))


def _exactly(names: Iterator[str]) -> list[str]:
    """Patterns that match these names only."""
    return [re.sub(r"([*?[])", r"[\1]", name) for name in names]

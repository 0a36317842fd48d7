"""Writes the pages and contracts about the domain into docs/; run by `make docs`, checked by test_domain_docs.py.

A change of an event that its readers would stumble over is not written: raise VERSION of the event instead, or, while
nothing is released, say that it is meant with ACCEPT_BREAKING=1 (docs/decisions/0040-contracts.md).
"""

import json
import os
import sys
from pathlib import Path

from reports.compatibility import Break, breaks
from reports.domain_pages import pages

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = "contracts/events.schema.json"


def present() -> dict[str, str]:
    """What stands in docs/ now: path under it → text."""
    found = [path for pattern in ("*.md", "contexts/*.md", "contracts/*.json") for path in DOCS.glob(pattern)]
    return {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in found}


def broken(made: dict[str, str]) -> list[Break]:
    """What readers of the committed contracts would miss in new ones."""
    before = present().get(SCHEMA)
    return breaks(json.loads(before), json.loads(made[SCHEMA])) if before else []


def write() -> int:
    made = pages(present())
    found = broken(made)
    if found and os.environ.get("ACCEPT_BREAKING") != "1":
        sys.stderr.write("".join(f"{each}\n" for each in found))
        sys.stderr.write("Nothing was written. See docs/decisions/0040-contracts.md.\n")
        return 1
    for path, text in made.items():
        (DOCS / path).parent.mkdir(exist_ok=True)
        (DOCS / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(write())

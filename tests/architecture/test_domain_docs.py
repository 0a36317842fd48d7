"""The pages and contracts about the domain say what the code says, and the code still says what readers have learnt."""

import ast
import re
from pathlib import Path

import pytest

from domain.acl.context_map import CONTEXT_MAP, EVERY, OUTSIDE, relationship
from reports.domain_model import contexts, crossings, events, lifecycles, translations
from reports.domain_pages import pages
from tests.architecture.domain_docs import broken, present
from tests.architecture.mermaid import faults

NAMES = [context.name for context in contexts()]
MADE = pages(present())


def test_no_reader_of_the_committed_contracts_is_left_behind() -> None:
    assert not broken(MADE), "\n".join(map(str, broken(MADE)))


@pytest.mark.parametrize("path", MADE)
def test_the_page_is_up_to_date(path: str) -> None:
    assert present().get(path) == MADE[path], "run `make docs`"


def test_nothing_is_missing() -> None:
    assert {"Pipeline", "Job", "Node", "Offer", "Assignment", "Provider", "Worker", "Execution"} <= {
        aggregate.__name__ for aggregate in lifecycles()
    }
    drawn = "".join(MADE[f"contexts/{name}.md"] for name in NAMES)
    for aggregate in lifecycles():
        assert f"### {aggregate.__name__}\n" in drawn
    for event in events():
        assert f"</a>{event.__name__}" in MADE["events.md"]


@pytest.mark.parametrize("path", [path for path in MADE if path.endswith(".md")])
def test_diagrams_are_mermaid_and_links_lead_somewhere(path: str) -> None:
    for diagram in re.findall(r"^```mermaid\n(.*?)^```$", MADE[path], re.MULTILINE | re.DOTALL):
        assert faults(diagram) == []
    here = Path("docs") / path
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", MADE[path]):
        assert (Path(__file__).parents[2] / here.parent / target).exists(), target


def test_everything_that_a_context_hears_is_on_the_map() -> None:
    heard = [*crossings(), *((each.upstream, each.downstream) for each in translations() if each.downstream in NAMES)]
    assert [pair for pair in heard if relationship(*pair, NAMES) is None] == []


def test_every_entry_of_the_map_is_between_contexts_that_hear_each_other() -> None:
    outside = {each.upstream for each in translations()} - {*NAMES}
    for entry in CONTEXT_MAP:
        assert entry.upstream in (*NAMES, EVERY, OUTSIDE)
        assert entry.downstream in (*NAMES, EVERY)
        if EVERY not in (entry.upstream, entry.downstream):
            assert (entry.upstream, entry.downstream) in crossings()
    assert outside, "somebody outside is translated"


def test_a_translation_lies_in_the_package_of_that_name() -> None:
    """What is at home in `domain/acl` is a translation, the map, or says how translations from outside work."""
    root = Path(__file__).parents[2] / "domain" / "acl"
    strangers = {path.stem for path in root.iterdir() if path.stem[0] != "_" and "_to_" not in path.stem}
    assert strangers == {"context_map"}
    for each in translations():
        assert each.about, f"{each.name} says in its first line what it means"
        assert each.downstream in NAMES


def test_the_flow_of_events_at_run_time_is_the_one_that_is_read_from_the_code() -> None:
    """Handlers that a run subscribes belong to translations, observers or contexts that the model knows."""
    tree = ast.parse((Path(__file__).parents[2] / "sim" / "wiring.py").read_text(encoding="utf-8"))
    used = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "domain.acl"
        for alias in node.names
    }
    assert used <= {each.name for each in translations()}

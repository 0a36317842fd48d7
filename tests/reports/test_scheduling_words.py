"""Reports name the settings that made a difference to a policy, and no others."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from reports.html import render_html
from reports.scheduling_words import decisions
from reports.summary import summarise
from reports.terminal import render

BASE = {"allocator": "drf", "ordering": "sjf", "placement": "spread"}
SETTINGS = BASE | {"offer_ttl": "30000000", "decision_time": "0", "estimates": "exact"}


def test_estimates_matter_to_shortest_first_only() -> None:
    assert decisions(SETTINGS) == BASE | {"estimates": "exact"}
    assert decisions(SETTINGS | {"estimates": "history"})["estimates"] == "history"
    assert "estimates" not in decisions(SETTINGS | {"ordering": "fifo"})


def test_offers_matter_only_to_a_scheduler_that_thinks() -> None:
    assert decisions(SETTINGS | {"decision_time": "5000", "ordering": "fifo"}) == BASE | {
        "ordering": "fifo", "offer_ttl": "30 s", "decision_time": "5 ms",
    }  # fmt: skip


def test_what_a_later_version_adds_is_shown() -> None:
    assert decisions(BASE | {"preemption": "on"})["preemption"] == "on"


def test_terminal_and_page_say_it(live) -> None:
    result = replace(live(200, "sjf"), scheduling=SETTINGS | {"decision_time": "5000"})
    console = Console(file=StringIO(), width=80)
    render([summarise(result)], console)
    page = render_html([result], [summarise(result)])
    for words in ("estimates", "exact", "5 ms", "30 s"):
        assert words in console.file.getvalue()
        assert words in page

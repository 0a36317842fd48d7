"""Figures of contexts: every unit in words, policies side by side, in the page, the JSON and on the screen."""

import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from reports.context_tables import in_words, sections, size
from reports.json_view import to_json
from reports.summary import summarise
from reports.terminal import render_contexts
from sim.results import FiguresTable

TOKENS = FiguresTable(
    "security", "Decisions", (("reason", "text"), ("allowed", "count"), ("share", "share")),
    (("by role", 1200, 0.75), ("no such role", 400, None)), note="Denied unless a role allows it.",
)  # fmt: skip


@pytest.mark.parametrize(("value", "unit", "words"), [
    ("web", "text", "web"), (12_000, "count", "12,000"), (90_000_000, "us", "1m 30s"), (1536, "bytes", "1.5 KiB"),
    (1_500_000, "udollars", "$1.50"), (0.5, "share", "50 %"), (2.5, "rate", "2.5"), (None, "count", "–"),
])  # fmt: skip
def test_a_figure_is_said_in_its_unit(value, unit, words) -> None:
    assert in_words(value, unit) == words


@pytest.mark.parametrize(("n", "words"), [
    (0, "0 B"), (1023, "1,023 B"), (1024, "1 KiB"), (1 << 30, "1 GiB"), (5 << 50, "5 PiB"), (1 << 63, "8,192 PiB"),
])  # fmt: skip
def test_sizes_have_binary_units(n, words) -> None:
    assert size(n) == words


def test_policies_stand_side_by_side_and_a_context_without_figures_says_nothing(make) -> None:
    one = summarise(make([{}]))
    assert sections([one]) == ()
    fair = replace(one, policy="fair", contexts=(TOKENS,))
    (alone,) = sections([fair])
    assert (alone.anchor, alone.title) == ("context-security", "Security")
    assert alone.parts[0].columns == ("reason", "allowed", "share")
    (both,) = sections([fair, replace(fair, policy="fifo")])
    assert [row[:2] for row in both.parts[0].rows] == [
        ("fair", "by role"), ("fair", "no such role"), ("fifo", "by role"), ("fifo", "no such role"),
    ]  # fmt: skip
    assert both.parts[0].names == 2


def test_they_are_in_the_json_and_on_the_screen(make) -> None:
    summary = replace(summarise(make([{}])), contexts=(TOKENS,))
    assert b'"no such role"' in to_json([summary])
    text = io.StringIO()
    render_contexts([summary], Console(file=text, width=60))
    assert "Security  Decisions" in text.getvalue()
    assert "by role" in text.getvalue()
    assert "75 %" in text.getvalue()
    assert max(map(len, text.getvalue().splitlines())) <= 60


def test_every_table_says_of_which_time_it_is_and_what_the_others_are_about(make) -> None:
    late = replace(TOKENS, title="Late", covers="after warm-up")
    summary = replace(summarise(make([{}])), contexts=(TOKENS, late))
    (section,) = sections([summary])
    assert [part.title for part in section.parts] == ["Decisions (whole run)", "Late (after warm-up)"]
    assert "from 0 to the end" in section.lead
    assert "the window" in section.lead
    text = io.StringIO()
    render_contexts([summary], Console(file=text, width=200))
    assert text.getvalue().strip().startswith(section.lead)
    assert b'"covers": "after warm-up"' in to_json([summary])


def test_a_note_stands_there_once_and_with_its_policies_where_others_have_none(make) -> None:
    fair = replace(summarise(make([{}])), policy="fair", contexts=(TOKENS,))
    fifo = replace(fair, policy="fifo")
    other = replace(fair, policy="sjf", contexts=(replace(TOKENS, note="12 are counted only"),))

    def note(*summaries) -> str:
        return sections(summaries)[0].parts[0].note

    assert note(fair, fifo) == "Denied unless a role allows it."
    assert note(fair, fifo, other) == "fair and fifo: Denied unless a role allows it. sjf: 12 are counted only."

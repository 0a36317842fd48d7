"""The page needs nothing but itself, says the answer first, and trusts no name."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports.html import render_html
from reports.summary import summarise

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(HTMLParser):
    """Checks that elements nest, and notes ids, tags, and what would be fetched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        names = dict(attrs)
        self.ids += [names["id"]] if "id" in names else []
        self.fetched += [v for k, v in attrs if k in ("src", "href", "xlink:href") and not (v or "").startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def page(*results) -> str:
    return render_html(results, [summarise(result) for result in results])


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg).*?</\1>", "", html, flags=re.DOTALL))


@pytest.fixture(scope="module")
def html(live) -> str:
    return page(live(1500, load=0.95), live(1500, "sjf", load=0.95))


def test_it_stands_alone_and_is_well_formed(html: str) -> None:
    outline = Outline(html)
    assert outline.fetched == []
    assert "script" not in outline.tags
    assert not re.search(r"@import|url\((?!#)", html)
    assert len(outline.ids) == len(set(outline.ids))
    assert '<html lang="en">' in html


def test_the_answer_comes_first_then_how_to_get_it_again(html: str) -> None:
    text = text_of(html)
    answer = text.index("sjf has the lowest p95 queue wait")
    assert answer < text.index("At a glance") < text.index("Queue wait")
    for words in ("windtunnel run scenario.yaml --seed 1", "3fa9" * 16, "What the figures mean", "95 % interval"):
        assert words in text


def test_every_plot_says_in_words_what_it_shows_and_every_table_has_headers(html: str) -> None:
    assert html.count("<svg") == html.count('role="img" aria-label="') == 6
    assert html.count("<thead>") == html.count("<table>")
    assert '<th scope="col"' in html
    assert '<th scope="row"' in html
    assert html.count('<caption class="unseen">') == html.count("<table>") > 5
    assert '<caption class="unseen"></caption>' not in html


def test_the_same_runs_give_the_same_page(live, html: str) -> None:
    assert page(live(1500, load=0.95), live(1500, "sjf", load=0.95)) == html


def test_names_are_text_never_markup(live) -> None:
    evil = "<script>alert('x')</script>"
    result = replace(
        live(200), tenants=(evil, '"onload="', "{{ 7*7 }}"), labels=("a&b", "</table>", evil), scenario=evil
    )
    shown = page(replace(result, policy=evil))
    outline = Outline(shown)
    assert "script" not in outline.tags
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "{{ 7*7 }}" in shown


def test_warnings_stand_before_the_answer(live) -> None:
    text = text_of(page(live(1000, load=1.5)))
    assert text.index("Read this first") < text.index("19 of 20 jobs waited")
    assert "Not in a steady state" in text


def test_the_smallest_runs_have_a_page(make, live) -> None:
    never = {"started_us": -1, "assigned_us": -1, "outcome": "EXPIRED", "node": -1, "pool": -1}
    for result in (make(), make([{}]), make([never]), make(nodes=[]), make([{}], labels=("build",), pools=())):
        Outline(page(replace(result, pools=result.pools or make().pools)))
    assert "No policy has finished." in render_html([], [])
    Outline(page(*[live(60, policy=f"p{i}") for i in range(9)]))


def test_one_tenant_has_no_fairness(make) -> None:
    assert "Fairness takes two tenants" in page(make([{}]))


def test_a_free_fleet_has_no_bill(make, make_pool) -> None:
    assert "No pool of this fleet has a price" in page(make([{}], pools=(make_pool(price_udollars_per_hour=0),)))

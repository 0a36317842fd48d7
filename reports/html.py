"""The report as one HTML page that needs nothing else: no network, no scripts, no files beside it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports.circumstances import USUAL, Circumstances
from reports.curves import Curves, curves
from reports.document import Commands, Document, Plot, Table, Terms
from reports.figures import Summary
from reports.sections import report
from sim.results import RunResult

TEMPLATES = Path(__file__).parent / "templates"


def render_html(results: Sequence[RunResult], summaries: Sequence[Summary], about: Circumstances = USUAL) -> str:
    """The page about `results`, which `summaries` are about in the same order; the same bytes for the same runs."""
    return render_curves([curves(result) for result in results], summaries, about)


def render_curves(drawn: Sequence[Curves], summaries: Sequence[Summary], about: Circumstances = USUAL) -> str:
    """As `render_html`, once the results themselves are gone."""
    return to_html(report(drawn, summaries, about))


def to_html(document: Document) -> str:
    """Names in it come from scenarios and are escaped; only the drawings, our own, go in as they are."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    blocks: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, **blocks)
    kinds = {Table: "table", Plot: "plot", Terms: "terms", Commands: "commands"}
    return environment.get_template("report.html.j2").render(
        document=document, kind=lambda part: kinds[type(part)], drawing=lambda plot: Markup(plot.svg)
    )

"""What `run` and `report` do with finished results: files first, then the screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from windtunnel.outputs import STDOUT, write

if TYPE_CHECKING:
    from reports.circumstances import Circumstances
    from reports.figures import Summary
    from sim.results import RunResult


def show(
    results: Sequence["RunResult"],
    summaries: Sequence["Summary"],
    *,
    json_file: str | None,
    html_file: str | None,
    about: "Circumstances",
    quiet: bool = False,
    contexts: bool = False,
) -> None:
    """Write the files that were asked for, and the report on stdout unless one of them goes there.

    `contexts` adds the tables of every context to it.
    """
    if html_file:
        from reports.html import render_html

        write(html_file, render_html(results, summaries, about).encode())
    if json_file:
        from reports.json_view import to_json

        write(json_file, to_json(summaries, about))
    if not quiet and STDOUT not in (json_file, html_file):
        from reports.terminal import render, render_contexts, render_experiment, render_thresholds
        from windtunnel.screen import Screen

        screen = Screen()
        if about.experiment:
            render_experiment(summaries, screen, about)
        else:
            render(summaries, screen, about)
            render_thresholds(screen, about)
        if contexts:
            render_contexts(summaries, screen)

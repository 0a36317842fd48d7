"""A sweep on the screen."""

from collections.abc import Sequence

from rich.text import Text

from reports.grid import printable
from reports.sweep_tables import opening, sweep_section
from reports.terminal import render_sections
from windtunnel.screen import Screen
from windtunnel.sweeping import Outcome


def show(found: Outcome, asked: Sequence[str]) -> None:
    screen = Screen()
    sweep = found.sweep
    head = Text.assemble((printable(sweep.scenario), "bold"), f"  seed {sweep.seed}, ")
    screen.print(head + Text(opening(sweep, found.stored, found.computed)), highlight=False)
    if sweep.interrupted:
        screen.print(Text("! Interrupted: not all runs are there.", "yellow"), highlight=False)
    render_sections([sweep_section(sweep, asked)], screen)
    screen.print(Text(f"digest {sweep.digest[:16]}", "dim"), highlight=False)

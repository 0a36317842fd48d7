"""A plan on the screen: the answer first."""

from rich.text import Text

from reports.grid import printable
from reports.planning.findings import Plan
from reports.planning.tables import plan_sections
from reports.terminal import render_sections
from reports.wording import several
from windtunnel.screen import Screen


def show(plan: Plan) -> None:
    screen = Screen()
    tried = several(len(plan.trials), "fleet")
    runs = several(sum(trial.replications for trial in plan.trials), "run")
    head = Text.assemble((printable(plan.scenario), "bold"), f"  seed {plan.seed}, {tried}, {runs}")
    screen.print(head, highlight=False)
    screen.print(Text(printable(plan.words), "bold"), highlight=False)
    if plan.confirmation:
        style = "" if plan.confirmation.confirmed else "yellow"
        screen.print(Text(printable(plan.confirmation.words), style), highlight=False)
    if not plan.exhaustive:
        screen.print(
            Text("! --max-fleets came first: cheaper fleets are not all ruled out.", "yellow"), highlight=False
        )
    for warning in plan.warnings:
        screen.print(Text(f"! {printable(warning)}", "yellow"), highlight=False)
    render_sections(plan_sections(plan), screen)

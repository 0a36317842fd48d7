"""`windtunnel fidelity`: whether the simulator gives back closed forms, published tables and recorded logs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from windtunnel.exits import OK, THRESHOLD, BadInput

if TYPE_CHECKING:
    from reports.fidelity.checks import Outcome


@click.command(short_help="Compare with closed forms, published tables and logs.")
@click.option("--data", metavar="DIR", help="Folder of recorded data; what needs it is skipped where it is not there.")
@click.option("--only", "only", metavar="NAME", multiple=True, help="Only this check; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def fidelity(data: str | None, only: tuple[str, ...], as_json: bool) -> int:
    """Run what has a known answer through the whole engine, and tell expected, got and verdict (docs/fidelity.md).

    A mean has to lie within its own 99 % confidence interval, and that has to be narrow; a published figure has to come
    out to every digit printed, where no tolerance is told. Exits with 3 when a check fails.

    \b
    windtunnel fidelity --only mmc --only drf
    windtunnel fidelity --data ../shared/data
    """
    from reports.fidelity.catalogue import CHECKS, run_checks

    strangers = [name for name in only if name not in CHECKS]
    if strangers:
        raise BadInput(f"there is no check {strangers[0]!r}; allowed: {', '.join(CHECKS)}")
    if data is not None and not Path(data).is_dir():
        raise BadInput(f"--data {data} is not a folder")
    names = [name for name in CHECKS if not only or name in only]
    found = []
    for outcome in run_checks(names, data or ""):
        found.append(outcome)
        if not as_json:
            for line in _lines(outcome):
                click.echo(line)
    failed = [outcome.check for outcome in found if outcome.verdict == "failed"]
    if as_json:
        import msgspec

        found.sort(key=lambda outcome: names.index(outcome.check))
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        skipped = sum(outcome.verdict == "skipped" for outcome in found)
        passed = len(found) - len(failed) - skipped
        click.echo(f"{passed} passed, {len(failed)} failed, {skipped} skipped.")
    return THRESHOLD if failed else OK


def _lines(outcome: "Outcome") -> list[str]:
    """One check: a heading, then one line per figure."""
    colour = {"passed": "green", "failed": "red", "skipped": "yellow"}[outcome.verdict]
    verdict = click.style(outcome.verdict, fg=colour)
    if outcome.verdict == "skipped":
        return [f"{outcome.check:<15} {verdict}: {outcome.why}"]
    lines = [f"{outcome.check:<15} {verdict} in {outcome.seconds:.1f} s  ({outcome.source})"]
    for line in outcome.lines:
        mark = "" if line.passed else click.style("  ← differs", fg="red")
        said = f"  {line.statement}" if line.statement else ""
        lines.append(
            f"    {line.figure:<40} expected {line.expected:>14}  got {line.got:>14}  [{line.within}]{said}{mark}"
        )
    return lines

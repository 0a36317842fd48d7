"""`windtunnel plan`: the smallest or cheapest fleet that meets what is asked for, and how sure that is."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from windtunnel.exits import INCONCLUSIVE, INTERRUPTED, OK, THRESHOLD, BadInput
from windtunnel.experiment_options import computing_options

if TYPE_CHECKING:
    from reports.planning.findings import Plan, Trial
    from windtunnel.planning.asking import Question
    from windtunnel.planning.resampling import Weeks

CODES = {"found": OK, "enough": INCONCLUSIVE, "infeasible": THRESHOLD, "cannot tell": INCONCLUSIVE}
PILOTS = 3
OTHER_SEED = 1_000_003
"""Added to the seed, --confirm has other random numbers; a prime, so that nobody's next seed is one of these."""


@click.command(short_help="Find the smallest fleet that meets thresholds.")
@click.argument("scenario")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="PATH=A..B",
    help="A count to find, e.g. nodes.linux.count=1..200 (repeatable); PATH=a,b tries each value.",
)
@click.option(
    "--meet",
    multiple=True,
    metavar="EXPR",
    help="What has to hold, e.g. 'p95(wait) < 120s' (repeatable), beside the scenario's thresholds.",
)
@click.option("--minimise", type=click.Choice(["cost", "nodes"]), help="What is to be little (cost where it is known).")
@click.option("--confidence", default="95%", show_default=True, metavar="SHARE", help="How sure the answer has to be.")
@click.option(
    "--replications",
    type=click.IntRange(2, 10_000),
    default=10,
    show_default=True,
    metavar="R",
    help="Runs of a fleet before it is judged the first time.",
)
@click.option(
    "--max-replications",
    type=click.IntRange(2, 10_000),
    default=100,
    show_default=True,
    metavar="R",
    help="At most so many where a fleet is hard to judge.",
)
@click.option(
    "--max-fleets",
    type=click.IntRange(2, 100_000),
    default=200,
    show_default=True,
    metavar="N",
    help="With several counts: try about so many fleets at most.",
)
@click.option(
    "--around/--no-around",
    default=True,
    show_default=True,
    help="Try fleets around the answer too: what a few more or less would do, and the front.",
)
@click.option("--confirm", is_flag=True, help="Try the answer and its smaller neighbours again, with other seeds.")
@click.option("--resample", metavar="BLOCK", help="Of a recorded trace: draw other weeks from blocks such as 1d or 6h.")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Change a field (repeatable).")
@click.option("--policy", "policies", multiple=True, metavar="NAME", help="Only this policy (repeatable).")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1 - OTHER_SEED), help="Another seed than the scenario's.")
@computing_options
@click.option("--json", "json_file", metavar="FILE", help="Write the plan as JSON; `-` is stdout, and nothing else.")
@click.option("--svg", "svg_file", metavar="FILE", help="Draw cost against waits of all that was tried.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and nothing on the screen.")
def plan(scenario: str, vary: tuple[str, ...], meet: tuple[str, ...], **options: Any) -> int:
    """Find the smallest or cheapest fleet of SCENARIO that meets thresholds with stated confidence.

    \b
    windtunnel plan quickstart --policy fair --vary nodes.linux.count=40..120 --meet 'p95(wait) < 1h'
    windtunnel plan quickstart --vary linux.nodes=40..120 --vary arm.nodes=4..30 --meet 'p95(wait) < 1h' --confirm

    Exits with 3 where no fleet in range does, with 4 where one cannot tell or a smaller one is not ruled out.
    """
    from windtunnel.measuring import plug_in_here
    from windtunnel.outputs import check_writable
    from windtunnel.planning.asking import question

    plugged = plug_in_here(options["plugins"])
    settings = options["settings"]
    if options["seed"] is not None:
        settings = (*settings, f"seed={options['seed']}")
    if options["replications"] > options["max_replications"]:
        raise BadInput("--replications, with which a fleet is judged first, is more than --max-replications")
    asked = question(
        scenario, vary, meet, settings=settings, trace=options["trace"], wanted=options["policies"],
        minimise=options["minimise"], confidence=_share(options["confidence"]),
    )  # fmt: skip
    check_writable(options["json_file"], options["svg_file"])
    try:
        found = _carried_out(asked, plugged, options)
    except KeyboardInterrupt:
        kept = "the same command goes on from there" if options["out"] else "nothing is kept without --out"
        click.echo(f"Interrupted: {kept}.", err=True)
        return INTERRUPTED
    _show(found, options)
    unconfirmed = found.confirmation is not None and not found.confirmation.confirmed
    code = CODES[found.verdict]
    return INCONCLUSIVE if code == OK and (unconfirmed or not found.exhaustive) else code


def _carried_out(asked: "Question", plugged: Any, options: dict[str, Any]) -> "Plan":
    import msgspec

    from reports.replications import STANDARD
    from windtunnel.executing import executor_of
    from windtunnel.measurer import Measurer
    from windtunnel.planning.answering import answered, confirm, guesses_of
    from windtunnel.planning.trying import Fleets
    from windtunnel.sweeping import check_folder

    metrics = tuple(dict.fromkeys((*STANDARD, *(each.metric.measured for each in asked.thresholds))))
    with ExitStack() as stack:
        store = None
        if options["out"]:
            from reports.finished_runs import FinishedRuns

            check_folder(Path(options["out"]))
            store = stack.enter_context(FinishedRuns(Path(options["out"])))
        executor = stack.enter_context(executor_of(options["executor"], options["address"], options["jobs"]))
        folder = Path(options["out"] or stack.enter_context(TemporaryDirectory()))
        pilots = _pilots(asked)
        weeks = _weeks(asked, options["resample"], pilots, folder)
        measurer = Measurer(executor, metrics, store, plugged)
        about: dict[str, Any] = {
            "start": options["replications"], "most": options["max_replications"], "vary": weeks,
            "quiet": options["quiet"], "say": (lambda trial: None) if options["quiet"] else _say,
        }  # fmt: skip
        fleets = Fleets(asked, measurer, **about)
        guesses = guesses_of(asked, pilots)
        if not options["quiet"]:
            for one in guesses:
                click.echo(f"first guess ({one.formula}): {one.field}={one.nodes or 'none in range'}", err=True)
        found, places = answered(asked, fleets, guesses, options["max_fleets"], options["around"])
        if options["confirm"] and places:
            seed = asked.scenario.seed + OTHER_SEED
            again = Fleets(asked, measurer, **about, seed=seed)
            found = msgspec.structs.replace(found, confirmation=confirm(asked, again, found, places))
        return found


def _pilots(asked: "Question") -> list[Any]:
    """A few runs of the largest fleet, for the first guess; their jobs are looked at, so they are run here."""
    from reports.transient import FIRST_PILOT
    from sim.run import simulate

    scenario = asked.scenario_at(asked.combinations()[0], asked.highs)
    number = 1 if scenario.workload.trace else PILOTS
    return [simulate(scenario, asked.policies[0], replication=FIRST_PILOT + at) for at in range(number)]


def _weeks(asked: "Question", block: str | None, pilots: list[Any], folder: Path) -> "Weeks | None":
    if block is None:
        return None
    from scenarios.quantities import POSITIVE_DURATION, QuantityError
    from windtunnel.planning.resampling import Weeks

    if asked.scenario.workload.trace is None:
        raise BadInput("--resample draws from a recorded trace, which this scenario does not have")
    try:
        block_us = int(POSITIVE_DURATION.parse(block))
    except QuantityError as error:
        raise BadInput(f"--resample {block}: allowed: {POSITIVE_DURATION.allowed} {error.why}".strip()) from None
    return Weeks(pilots[0], block_us, folder)


def _share(text: str) -> float:
    from scenarios.quantities import PERCENT, QuantityError

    try:
        found = PERCENT.parse(text) / 1e6
    except QuantityError:
        found = 0.0
    if not 0.5 <= found < 1:
        raise BadInput(f"--confidence {text}: allowed: a share from 50% to below 100%, such as 95%")
    return found


def _say(trial: "Trial") -> None:
    """A line for every fleet, as it is judged."""
    from reports.unit_words import in_unit

    found = ", ".join(
        f"{each.threshold}: {in_unit(each.estimate.value, each.unit)} {each.outcome}" for each in trial.judgements
    )
    click.echo(f"{trial.words} ({trial.policy}, {trial.replications} replications): {found}", err=True)


def _show(found: "Plan", options: dict[str, Any]) -> None:
    import msgspec

    from windtunnel.outputs import STDOUT, write

    if options["svg_file"] or options["out"]:
        from reports.planning.plots import front_plot

        picture = front_plot(found)
        if options["svg_file"]:
            write(options["svg_file"], picture.encode())
        if options["out"]:
            write(str(Path(options["out"]) / "plan.svg"), picture.encode())
    document = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    if options["out"]:
        write(str(Path(options["out"]) / "plan.json"), document)
    if options["json_file"]:
        write(options["json_file"], document)
    if not options["quiet"] and STDOUT not in (options["json_file"], options["svg_file"]):
        from windtunnel.planning.screen import show

        show(found)

"""What `compare` compares: the replications of kept runs and of scenarios, under names that tell them apart."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reports.experiment import analyse
from reports.findings import Experiment, Judgement, Replication
from reports.manifest import NAME, Manifest, read_manifest
from reports.provenance import gather
from reports.replication_store import read_findings
from reports.replications import STANDARD, observe
from reports.unequal import refuse_unequal
from windtunnel.choosing import choose_policies
from windtunnel.exits import BadInput
from windtunnel.experiment_options import Asked
from windtunnel.trial import RECORDED, exit_code_of

if TYPE_CHECKING:
    from scenarios.spec import Scenario
    from scenarios.thresholds import Metric
    from sim.results import RunResult

NUMBER = 10
"""Replications of a scenario where none are asked for."""


class Compared(NamedTuple):
    experiment: Experiment
    judged: tuple[Judgement, ...]
    exit_code: int


class Side(NamedTuple):
    """One policy of one argument; `window` is [warm-up, horizon) in µs, the horizon -1 where only a trace knows it."""

    source: str
    policy: str
    window: tuple[int, int]
    load: bytes  # what the workload says, to tell whether both had the same
    recorded: bool
    replications: list[Replication]
    origin: Manifest


WAY_OUT = "say --mixed to compare them all the same"


def compared(arguments: Sequence[str], asked: Asked, quiet: bool, mixed: bool = False) -> Compared:
    """Raises BadInput, StoreError or ScenarioError for what cannot be compared; `mixed` allows runs of other code."""
    from reports.thresholds import judge
    from scenarios.thresholds import parse_threshold

    thresholds = tuple(map(parse_threshold, asked.thresholds))
    metrics = tuple(dict.fromkeys((*STANDARD, *(each.metric.measured for each in thresholds))))
    sides = [side for argument in arguments for side in _sides(argument, asked, metrics, quiet)]
    if len(sides) < 2:
        raise BadInput(f"{arguments[0]} has one policy: name a second run, or a scenario with several policies")
    windows = {side.window for side in sides}
    if len(windows) > 1:
        raise BadInput(
            "these runs have different windows (warm_up and horizon), so their figures are about different things: "
            + ", ".join(f"{side.source}@{side.policy}" for side in sides)
        )
    differ = refuse_unequal(list({side.source: side.origin for side in sides}.items()), mixed, WAY_OUT)
    names = _names(sides)
    by_name = {
        name: [msgspec.structs.replace(each, policy=name) for each in side.replications]
        for name, side in zip(names, sides, strict=True)
    }
    for threshold in thresholds:
        for wanted in filter(None, (threshold.against, threshold.metric.policy)):
            if wanted not in by_name:
                raise BadInput(f"{threshold.text}: no {wanted} here, allowed: {', '.join(by_name)}")
    judged = judge(thresholds, by_name)
    warnings = [*differ, *_warnings(sides, by_name)]
    experiment = analyse((each for of_one in by_name.values() for each in of_one), warnings=warnings)
    return Compared(experiment, judged, exit_code_of(judged))


def _sides(argument: str, asked: Asked, metrics: "Sequence[Metric]", quiet: bool) -> Iterator[Side]:
    """`DIR`, `DIR@POLICY`, `SCENARIO` or `SCENARIO@POLICY`; a path that has an @ itself is found first."""
    source, at, policy = argument.rpartition("@")
    if not at or Path(argument).exists():
        source, policy = argument, ""
    if (Path(source) / NAME).exists():
        yield from _kept(source, policy, metrics)
    else:
        yield from _simulated(source, policy, asked, metrics, quiet)


def _kept(source: str, policy: str, metrics: "Sequence[Metric]") -> Iterator[Side]:
    manifest = read_manifest(Path(source))
    experiment, _ = read_findings(Path(source))
    known = [facts.policy for facts in manifest.runs]
    names = choose_policies([policy] if policy else [], known)
    load = _load(manifest.scenario)
    if experiment is None:
        results = _results(source)
    for name in names:
        facts = next(each for each in manifest.runs if each.policy == name)
        if experiment is not None:
            replications = experiment.of(name)
            _has_all(source, replications, metrics)
        else:
            from reports.summary import summarise

            result = results[name]
            replications = [observe(result, summarise(result), 0, metrics)]
        window = (facts.warm_up_us, facts.horizon_us)
        yield Side(source, name, window, load, facts.reading is not None, replications, manifest)


def _results(source: str) -> "dict[str, RunResult]":
    from reports.store import load_run

    return {result.policy: result for result in load_run(source)}


def _has_all(source: str, replications: Sequence[Replication], metrics: "Sequence[Metric]") -> None:
    missing = [str(metric) for metric in metrics if replications and str(metric) not in replications[0].values]
    if missing:
        raise BadInput(f"{source} did not keep {', '.join(missing)}: run it again with such a --threshold")


def _simulated(source: str, policy: str, asked: Asked, metrics: "Sequence[Metric]", quiet: bool) -> Iterator[Side]:
    from scenarios.loader import load_scenario, resolve_policies
    from windtunnel.counting import counting
    from windtunnel.pool import Pool, cores
    from windtunnel.replicating import Finished, one

    scenario = load_scenario(source)
    names = choose_policies([policy] if policy else [], resolve_policies(scenario))
    number = asked.replications or NUMBER
    found: dict[str, list[Replication]] = {name: [] for name in names}
    pool: Pool[Finished] = Pool(asked.jobs or cores())
    with pool, counting(source, quiet) as count:
        for at in range(number):
            for name in names:
                pool.ask(one, scenario, name, at, metrics, False, at == 0)
        windows = {}
        for done, (replication, _, result) in enumerate(pool.answers(), 1):
            found[replication.policy].append(replication)
            if result:
                windows[replication.policy] = (result.warm_up_us, result.horizon_us)
            count(done, number * len(names))
    load, origin = _load(scenario.model_dump(mode="json", exclude_none=True)), _now(scenario)
    for name in names:
        yield Side(source, name, windows[name], load, scenario.workload.trace is not None, found[name], origin)


def _now(scenario: "Scenario") -> Manifest:
    """Of what is simulated here, as far as it can differ from what was kept."""
    trace = scenario.workload.trace
    return Manifest(
        format="", format_version=0, windtunnel="", interrupted=False, scenario={}, runs=[], files={},
        provenance=gather((), [("trace", Path(trace.file))] if trace else []),
    )  # fmt: skip


def _load(scenario: "dict[str, object]") -> bytes:
    return msgspec.json.encode([scenario.get("workload"), scenario.get("tenants")], order="deterministic")


def _names(sides: Sequence[Side]) -> list[str]:
    """The policy where that is enough, else the source, else both."""
    for choose in (
        lambda side: side.policy,
        lambda side: Path(side.source).stem,
        lambda side: side.source,
        lambda side: f"{Path(side.source).stem}@{side.policy}",
        lambda side: f"{side.source}@{side.policy}",
    ):
        names = [choose(side) for side in sides]
        if len(set(names)) == len(names):
            return names
    raise BadInput("the same policy of the same run is named twice")


def _warnings(sides: Sequence[Side], by_name: dict[str, list[Replication]]) -> Iterator[str]:
    if len({side.load for side in sides}) > 1:
        yield "The workloads differ: the difference is of load and policy together."
    if any(side.recorded for side in sides):
        yield RECORDED
    numbers = [{(each.seed, each.replication) for each in of_one} for of_one in by_name.values()]
    if any(one.isdisjoint(other) for one in numbers for other in numbers):
        yield "The runs have different seeds: they share no random numbers, so smaller differences stay unseen."
    if any(len(of_one) < 2 for of_one in by_name.values()):
        yield "A run without replications shows no spread: run it with --replications 10 --out DIR."

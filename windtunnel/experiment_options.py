"""The options of `run` and `compare` about replications and thresholds, and what they ask for together."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from scenarios.spec import Scenario
    from scenarios.thresholds import Metric, Precision, Threshold

MOST_REPLICATIONS = 10_000

OPTIONS = (
    click.option("--replications", "--seeds", "replications", type=click.IntRange(1, MOST_REPLICATIONS), metavar="N",
                 help="Run every policy N times, on random numbers that all policies share."),
    click.option("--until", "until", multiple=True, metavar="PRECISION",
                 help="Add replications until e.g. 'ci(p95(wait)) < 5%' (repeatable)."),
    click.option("--max-replications", type=click.IntRange(2, MOST_REPLICATIONS), metavar="N",
                 help="With --until: at most N (200)."),
    click.option("--jobs", "jobs", type=click.IntRange(1, 512), metavar="K",
                 help="Processes that run replications (one per core)."),
    click.option("--threshold", "thresholds", multiple=True, metavar="EXPR",
                 help="What every policy has to meet, e.g. 'p95(wait{tenant=web}) < 120s' (repeatable)."),
    click.option("--junit", "junit_file", metavar="FILE", help="Write the outcome of the thresholds as JUnit XML."),
)  # fmt: skip


SEQUENTIAL = OPTIONS[1:3]
"""Which only make sense where there is one scenario."""


def comparison_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed([each for each in OPTIONS if each not in SEQUENTIAL]):
        command = option(command)
    return command


def experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


COMPUTING = (
    click.option("--trace", metavar="FILE", help="The recorded trace to replay."),
    click.option("--plugin", "plugins", multiple=True, metavar="FILE.py", help="Policies of your own (repeatable)."),
    click.option("--jobs", type=click.IntRange(1, 512), metavar="K", help="Processes of this machine (one per core)."),
    click.option("--executor", type=click.Choice(["processes", "dask"]), default="processes", show_default=True,
                 help="Where runs are computed."),
    click.option("--address", metavar="tcp://…", help="With --executor dask: where its scheduler is."),
    click.option("--out", metavar="DIR", help="Keep every run as it is done; start again with it to go on."),
)  # fmt: skip
"""Of commands that run many scenarios, here or elsewhere."""


def computing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(COMPUTING):
        command = option(command)
    return command


class Asked(NamedTuple):
    """Those options as they were given."""

    replications: int | None = None
    until: tuple[str, ...] = ()
    max_replications: int | None = None
    jobs: int | None = None
    thresholds: tuple[str, ...] = ()
    junit_file: str | None = None

    @property
    def repeated(self) -> bool:
        """Whether this is more than a plain run."""
        return bool(self.until) or (self.replications or 1) > 1

    def check(self) -> None:
        """Raise BadInput for options that say nothing together."""
        if self.max_replications is not None and not self.until:
            raise BadInput("--max-replications is a limit to --until, which is not given")
        if self.until and self.replications and self.replications > (self.max_replications or MOST_REPLICATIONS):
            raise BadInput("--replications, with which --until begins, is more than --max-replications")


def thresholds_of(scenario: "Scenario", texts: Sequence[str]) -> "tuple[Threshold, ...]":
    """Those of the scenario and those of the command line, a delta with its policy. Raises ThresholdError."""
    from scenarios.semantics_thresholds import check_names, policy_names
    from scenarios.thresholds import parse_threshold

    found = [parse_threshold(text) for text in dict.fromkeys((*scenario.thresholds, *texts))]
    for threshold in found:
        check_names(threshold, scenario)
    first = policy_names(scenario)[0]
    return tuple(replace(each, against=each.against or first) if each.delta else each for each in found)


def precisions_of(scenario: "Scenario", texts: Sequence[str]) -> "tuple[Precision, ...]":
    """Raises ThresholdError."""
    from scenarios.semantics_thresholds import check_names
    from scenarios.thresholds import parse_precision

    found = tuple(map(parse_precision, texts))
    for precision in found:
        check_names(precision, scenario)
    return found


def metrics_of(thresholds: "Sequence[Threshold]", precisions: "Sequence[Precision]") -> "tuple[Metric, ...]":
    """What is measured in every replication: the usual, and what is asked for."""
    from reports.replications import STANDARD

    asked = [each.metric for each in thresholds] + [each.metric for each in precisions]
    return tuple(dict.fromkeys((*STANDARD, *(metric.measured for metric in asked))))

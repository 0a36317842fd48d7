"""A directory that holds the runs of a scenario: written beside its final name, then renamed, or not there at all."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from domain.shared.events import Event
from reports.circumstances import Circumstances
from reports.figures import Summary
from reports.findings import Experiment, Judgement
from reports.json_view import to_json, windtunnel_version
from reports.manifest import (
    FORMAT,
    FORMAT_VERSION,
    NAME,
    Manifest,
    RunFacts,
    StoreError,
    check_files,
    facts_of,
    read_manifest,
    result_of,
    stored_file,
)
from reports.place import beside, check_target, make_parents, put
from reports.provenance import gather, run_id, scenario_hash, trace_of
from reports.replication_store import read_findings, replicated, with_replication, write_figures
from reports.stress import STRESS, stress_des
from reports.undisturbed import undisturbed
from sim.results import RunResult

if TYPE_CHECKING:
    import pyarrow as pa

    from reports.curves import Curves
    from reports.event_log import EventLog
    from reports.parquet_log import ParquetLog

EventSink = Callable[[Sequence[Event], Sequence[int]], None]


class Finished(NamedTuple):
    """A policy that ran to its end, and how many row groups each file had then."""

    facts: RunFacts
    summary: Summary
    groups: dict[str, int]
    drawn: "Curves"


class RunStore:
    """`with RunStore(directory, scenario=…) as store:` then `store.add(result, summary)` after each policy.

    On a clean exit the directory appears with everything in it. On KeyboardInterrupt it appears with the policies
    that were finished, marked as interrupted (with none finished: not at all). On any other exception nothing is left.
    An existing directory is refused unless it is empty, or holds a stored run and nothing else and `force` is true.
    Where somebody else has used the name meanwhile, the run stays under its temporary name, and the StoreError says so.
    Raises StoreError on entry for a directory it would refuse, and on exit when it cannot be written. `command` and the
    files of `inputs` (role, path), the scenario's trace beside them, are for the account of where the run comes from.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        scenario: Mapping[str, Any],
        scenario_text: str = "",
        settings: Sequence[str] = (),
        force: bool = False,
        command: Sequence[str] = (),
        inputs: Sequence[tuple[str, Path]] = (),
    ) -> None:
        self.directory = Path(directory)
        self.scenario = dict(scenario)
        self.scenario_text = scenario_text
        self.settings = tuple(settings)
        self.force = force
        trace = trace_of(self.scenario)
        self.command, self.inputs = tuple(command), [*inputs, *([("trace", trace)] if trace else [])]
        self.finished: list[Finished] = []
        self.logs: dict[str, ParquetLog] = {}
        self.sinks: dict[str, EventLog] = {}
        self.experiment: Experiment | None = None
        self.thresholds: tuple[Judgement, ...] = ()

    def __enter__(self) -> Self:
        check_target(self.directory, self.force)
        self.made_parents = make_parents(self.directory.parent)
        self.partial = beside(self.directory, "partial")
        self.begun = perf_counter()
        try:
            self.provenance = gather(self.command, self.inputs)
        except BaseException:
            self._remove()
            raise
        return self

    def event_sink(self, policy: str) -> EventSink:
        """Where the events of `policy` go, a batch at a time, with the number of each one's cause (0: none)."""
        from reports.event_log import EVENTS, EventLog

        self.sinks[policy] = EventLog(self._log("events", EVENTS), policy)
        return self.sinks[policy]

    def add(self, result: RunResult, summary: Summary) -> None:
        """Keep a finished policy."""
        from reports import tables
        from reports.curves import curves

        sink = self.sinks.pop(result.policy, None)
        if sink:
            sink.flush()
        self._log("jobs", tables.JOBS).append(tables.jobs_table(result))
        self._log("nodes", tables.NODES).append(tables.nodes_table(result))
        groups = {name: log.groups for name, log in self.logs.items()}
        # One append, so that an interrupt finds the policy either finished or not.
        facts = facts_of(result, sink.count if sink else 0)
        self.finished.append(Finished(facts, summary, groups, curves(result)))

    def add_replication(self, replication: int, result: RunResult) -> None:
        """Keep the tables of a further replication too, of which only the figures are kept otherwise."""
        from reports import tables

        for name, table, schema in (
            ("jobs", tables.jobs_table(result), tables.JOBS),
            ("nodes", tables.nodes_table(result), tables.NODES),
        ):
            log = self._log(f"replication_{name}", replicated(schema))
            log.append(with_replication(table, replication))

    def conclude(self, experiment: Experiment | None, thresholds: Sequence[Judgement]) -> None:
        """What replications and thresholds say, for the reports that are stored."""
        self.experiment, self.thresholds = experiment, tuple(thresholds)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with undisturbed(f"Still writing {self.directory}"):
            self._leave(kind)

    def _leave(self, kind: type[BaseException] | None) -> None:
        kept = False
        try:
            if kind is None or (issubclass(kind, KeyboardInterrupt) and self.finished):
                self._finish(interrupted=kind is not None)
                kept = True  # whatever happens to its name
                put(self.partial, self.directory, self.force)
        except OSError as failed:
            raise StoreError(f"{self.directory} cannot be written: {failed.strerror or failed}") from None
        finally:
            for log in self.logs.values():
                log.writer.close()
            self._remove(kept)

    def _remove(self, kept: bool = False) -> None:
        """What would be left of a run that is not kept, and the folders that were made for it."""
        if not kept:
            shutil.rmtree(self.partial, ignore_errors=True)
        for parent in self.made_parents:  # innermost first; those that hold the run stay
            if not any(parent.iterdir()):
                parent.rmdir()

    def _finish(self, interrupted: bool) -> None:
        from reports.html import render_curves

        for name, log in self.logs.items():
            further = name.startswith("replication_")
            log.close(keep=log.groups if further else self.finished[-1].groups.get(name, 0) if self.finished else 0)
        about = Circumstances(interrupted, self.settings, self.experiment, self.thresholds)
        provenance = msgspec.structs.replace(self.provenance, wall_s=round(perf_counter() - self.begun, 3))
        trace = next((each.sha256 for each in provenance.inputs if each.role == "trace"), "")
        scenario = scenario_hash(self.scenario, trace)
        identity = run_id(scenario, provenance.code.sources, self._digests()), scenario
        write_figures(self.partial, identity, [run[:2] for run in self.finished], self.experiment)
        summaries = [run.summary for run in self.finished]
        (self.partial / "summary.json").write_bytes(to_json(summaries, about))
        page = render_curves([run.drawn for run in self.finished], summaries, about)
        (self.partial / "report.html").write_text(page, encoding="utf-8")
        if self.scenario_text:
            (self.partial / "scenario.yaml").write_text(self.scenario_text, encoding="utf-8")
        checklist = stress_des(self.scenario, summaries, self.experiment, provenance, identity)
        (self.partial / STRESS).write_text(checklist, encoding="utf-8")
        manifest = Manifest(
            format=FORMAT,
            format_version=FORMAT_VERSION,
            windtunnel=windtunnel_version(),
            interrupted=interrupted,
            scenario=self.scenario,
            settings=self.settings,
            runs=[run.facts for run in self.finished],
            files={path.name: stored_file(path) for path in sorted(self.partial.iterdir())},
            run_id=identity[0],
            scenario_hash=scenario,
            provenance=provenance,
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (self.partial / NAME).write_bytes(text + b"\n")

    def _digests(self) -> list[tuple[str, int, int, str]]:
        own = {(facts.policy, 0, facts.seed, facts.digest) for facts, *_ in self.finished}
        further = self.experiment.replications if self.experiment else ()
        return [*own, *((e.policy, e.replication, e.seed, e.digest) for e in further if e.replication)]

    def _log(self, name: str, schema: Any) -> "ParquetLog":
        from reports.parquet_log import ParquetLog

        if name not in self.logs:
            self.logs[name] = ParquetLog(self.partial / f"{name}.parquet", schema)
        return self.logs[name]


def load_run(directory: Path | str) -> list[RunResult]:
    """The results stored in `directory`, one per policy in the order they ran.

    Raises StoreError where the directory is missing, foreign, incomplete, damaged, or of another format version.
    """
    import pyarrow as pa

    from reports import tables

    directory = Path(directory)
    manifest = read_manifest(directory)
    check_files(directory, manifest.files)
    if not manifest.runs:
        return []
    results = []
    try:
        all_jobs, all_nodes = (_read(directory / f"{name}.parquet") for name in ("jobs", "nodes"))
        for facts in manifest.runs:
            jobs, nodes = (tables.of_policy(table, facts.policy) for table in (all_jobs, all_nodes))
            if (len(jobs), len(nodes)) != (facts.jobs, facts.nodes):
                raise StoreError(f"{directory}: policy {facts.policy} has not the rows that the manifest says")
            results.append(result_of(facts, tables.jobs_back(jobs, facts), tables.nodes_back(nodes, facts)))
    except (pa.ArrowException, KeyError) as error:
        raise StoreError(f"{directory} is damaged: {error}") from None
    return results


def circumstances_of(directory: Path | str) -> Circumstances:
    """How the run stored in `directory` was made; raises StoreError as `load_run` does."""
    manifest = read_manifest(Path(directory))
    experiment, thresholds = read_findings(Path(directory))
    return Circumstances(manifest.interrupted, manifest.settings, experiment, thresholds)


def _read(path: Path) -> "pa.Table":
    """As `pyarrow.parquet.read_table`, which would import pandas first."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read()

"""Pipelines that are written out tell how long they took, and which chain of jobs made them so long."""

from scenarios.loader import load_text
from sim.results import FiguresTable, RunResult
from sim.run import simulate

MINUTE = 60_000_000
TEXT = """
name: x
workload:
  pipelines:
    ci:
      at: [0s, 1h]
      jobs:
        build: {resources: {cpu: 1cpu}, duration: 5m}
        quick: {resources: {cpu: 1cpu}, duration: 1m, needs: [build]}
        slow: {resources: {cpu: 1cpu}, duration: 20m, needs: [build]}
        end: {resources: {cpu: 1cpu}, duration: 2m, needs: [quick, slow], condition: %s}
    other: {at: [0s], jobs: {lint: {resources: {cpu: 1cpu}, duration: 3m}}}
fleet: {providers: {p: {pools: {x: {nodes: %d, capacity: {cpu: 1cpu}}}}}}
"""


def run(nodes: int = 4, condition: str = "success", more: str = "") -> RunResult:
    scenario = load_text((TEXT % (condition, nodes)).replace("duration: 20m", f"duration: 20m{more}"))
    return simulate(scenario, "drf+fifo+best-fit", check=True)


def tables(result: RunResult) -> dict[str, FiguresTable]:
    return {table.title: table for table in result.contexts if table.context == "pipelines"}


def test_a_pipeline_takes_as_long_as_its_longest_chain_when_nothing_waits() -> None:
    found = tables(run())
    assert found["How long pipelines took"].rows == (
        ("ci", 4, 2, 2, 27 * MINUTE, 27 * MINUTE, 27 * MINUTE),
        ("other", 1, 1, 1, 3 * MINUTE, 3 * MINUTE, 3 * MINUTE),
    )
    assert [row[:3] for row in found["Critical path of ci"].rows] == [
        ("build", 0, 5 * MINUTE), ("slow", 0, 20 * MINUTE), ("end", 0, 2 * MINUTE),
    ]  # fmt: skip


def test_a_critical_path_adds_up_to_the_slowest_run() -> None:
    found = tables(run(nodes=1))
    longest = found["How long pipelines took"].rows[0][6]
    assert sum(row[1] + row[2] for row in found["Critical path of ci"].rows) == longest  # type: ignore[operator]
    assert longest > 28 * MINUTE  # one machine for two pipelines: somebody waited


def test_jobs_behind_a_failure_are_skipped_and_the_pipeline_says_so() -> None:
    found = tables(run(more=", failure_rate: 1.0"))
    assert found["How long pipelines took"].rows[0][:4] == ("ci", 4, 2, 0)
    assert found["Critical path of ci"].rows[-1][0] in ("slow", "quick")
    found = tables(run(condition="completed", more=", failure_rate: 1.0"))
    assert found["Critical path of ci"].rows[-1][0] == "end"

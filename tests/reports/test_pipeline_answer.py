"""Somebody who imports a workflow reads first how long it took, not only how long its jobs waited."""

from msgspec.structs import replace

from reports.comparison import headlines
from reports.pipeline_answer import CONTEXT, TABLE, pipelines_done
from reports.summary import summarise
from sim.results import FiguresTable

MINUTE = 60_000_000
COLUMNS = ("pipeline", "jobs", "came", "succeeded", "p50", "p95", "longest")


def told(make, *rows, policy: str = "fair"):
    columns = tuple((name, "text" if name == "pipeline" else "us") for name in COLUMNS)
    return replace(summarise(make([{}], policy=policy)), contexts=(FiguresTable(CONTEXT, TABLE, columns, rows),))


def row(name: str, came: int, succeeded: int, median: int | None, longest: int | None):
    return (name, 6, came, succeeded, median, longest, longest)


def test_one_run_is_done_or_failed(make) -> None:
    good = told(make, row("CI", 1, 1, 20 * MINUTE, 20 * MINUTE))
    assert headlines([good])[0] == "CI: done after 20m."
    assert pipelines_done([told(make, row("CI", 1, 0, MINUTE, MINUTE))]) == ["CI: failed after 1m."]
    assert pipelines_done([told(make, row("CI", 0, 0, None, None))]) == ["CI: never ended."]


def test_many_runs_have_a_median_a_longest_and_those_that_succeeded(make) -> None:
    many = told(make, row("CI", 6, 5, 10 * MINUTE, 12 * MINUTE), row("docs", 2, 2, MINUTE, MINUTE))
    assert pipelines_done([many]) == [
        "CI: 6 runs, 10m at the median, 12m at most; 5 succeeded.",
        "docs: 2 runs, 1m at the median, 1m at most; all succeeded.",
    ]


def test_policies_are_compared_where_they_differ(make) -> None:
    one = told(make, row("CI", 1, 1, MINUTE, MINUTE))
    other = told(make, row("CI", 1, 1, 2 * MINUTE, 2 * MINUTE), policy="fifo")
    never = told(make, row("CI", 0, 0, None, None), policy="sjf")
    assert pipelines_done([one, other, never]) == ["CI: done after 1m under fair, 2m under fifo and never under sjf."]
    failed = told(make, row("CI", 1, 0, MINUTE, MINUTE), policy="fifo")
    assert pipelines_done([one, failed]) == ["CI: done after 1m under fair and 1m under fifo (failed)."]
    assert pipelines_done([one, replace(one, policy="fifo")]) == ["CI: done after 1m."]


def test_of_many_pipelines_the_first_are_told_and_the_others_counted(make) -> None:
    many = told(make, *(row(f"p{i}", 1, 1, MINUTE, MINUTE) for i in range(5)))
    lines = pipelines_done([many])
    assert len(lines) == 4 and lines[-1].startswith("How long 2 pipelines more took")


def test_generated_load_has_no_such_sentence(make) -> None:
    assert pipelines_done([summarise(make([{}]))]) == []

"""Replications give figures with intervals, and a verdict over two policies only where the numbers bear it."""

import numpy as np
import pytest

from reports.circumstances import Circumstances
from reports.experiment import analyse
from reports.experiment_tables import experiment_headlines, sections
from reports.findings import Replication
from reports.thresholds import judge
from scenarios.thresholds import parse_threshold


def replications(policy: str, values: list[float], metric: str = "p95(wait)", seed: int = 1) -> list[Replication]:
    return [
        Replication(policy=policy, replication=i, seed=seed, digest=f"{policy}{i}", jobs=10, wall_s=0.0,
                    values={metric: value})
        for i, value in enumerate(values)
    ]  # fmt: skip


NOISE = np.random.default_rng(5).normal(0, 10, 20)
OWN = np.random.default_rng(6).normal(0, 0.5, 20)
A = (100 + NOISE).tolist()
B = (101 + NOISE + OWN).tolist()
OTHER = (101 + np.random.default_rng(7).normal(0, 10, 20)).tolist()


def test_common_random_numbers_show_a_difference_that_is_smaller_than_the_noise() -> None:
    (found,) = analyse([*replications("a", A), *replications("b", B)]).comparisons
    assert (found.verdict, found.better, found.paired) == ("a better", "a", True)
    assert found.difference.variance_reduction is not None and found.difference.variance_reduction > 0.99


def test_without_them_one_cannot_tell() -> None:
    (found,) = analyse([*replications("a", A), *replications("b", OTHER, seed=2)]).comparisons
    assert (found.verdict, found.better, found.paired) == ("cannot tell", None, False)
    assert "Welch" in found.difference.estimate.method


def test_of_shares_and_success_more_is_better() -> None:
    (found,) = analyse([*replications("a", A, "busy"), *replications("b", B, "busy")]).comparisons
    assert found.verdict == "b better"


def test_what_is_always_equal_is_the_same_and_not_untold() -> None:
    (found,) = analyse([*replications("a", A), *replications("b", A)]).comparisons
    assert (found.verdict, found.better) == ("the same", None)


def test_one_replication_each_cannot_tell() -> None:
    (found,) = analyse([*replications("a", [1.0]), *replications("b", [9.0])]).comparisons
    assert (found.verdict, found.p_holm) == ("cannot tell", None)
    assert found.difference.estimate.why_none == "one replication shows no spread"


def test_only_replications_that_both_have_are_paired() -> None:
    (found,) = analyse([*replications("a", A), *replications("b", B[:8])]).comparisons
    assert (found.paired, found.difference.estimate.n) == (True, 8)


def test_many_pairs_are_corrected_so_that_chance_seldom_names_a_winner() -> None:
    """Six policies that are all alike, 400 times: some pair of fifteen is called better in about 5 % of them."""
    rng = np.random.default_rng(8)
    wrong = 0
    uncorrected = 0
    for _ in range(400):
        common = rng.normal(0, 10, 10)
        runs = [each for p in "abcdef" for each in replications(p, (common + rng.normal(0, 1, 10)).tolist())]
        found = analyse(runs).comparisons
        assert len(found) == 15
        wrong += any(each.better for each in found)
        uncorrected += any(each.difference.p is not None and each.difference.p < 0.05 for each in found)
    assert wrong / 400 <= 0.07
    assert uncorrected / 400 > 0.2  # what it would be otherwise


def test_replications_that_are_all_one_run_are_pointed_out() -> None:
    alike = [Replication(policy="a", replication=i, seed=1, digest="same", jobs=1, wall_s=0, values={"cost": 1.0})
             for i in range(3)]  # fmt: skip
    assert "nothing in this scenario is random" in analyse(alike).warnings[0]
    assert not analyse(replications("a", A)).warnings


def test_the_headline_says_who_is_best_or_that_one_cannot_tell() -> None:
    told = experiment_headlines(analyse([*replications("a", A), *replications("b", B)]))
    assert told[0].startswith("p95(wait): a is lowest (") and told[0].endswith("surely lower than b.")
    untold = experiment_headlines(analyse([*replications("a", A), *replications("b", OTHER, seed=2)]))
    assert untold[0].endswith("cannot tell it from a.")
    same = experiment_headlines(analyse([*replications("a", A), *replications("b", A)]))
    assert same[0].endswith("the same as b.")


def test_the_report_has_figures_and_pairs() -> None:
    experiment = analyse([*replications("a", A), *replications("b", B)], stopping="Stopped.")
    anchors = [section.anchor for section in sections(Circumstances(experiment=experiment))]
    assert anchors == ["replications", "pairs"]
    assert sections(Circumstances()) == ()


@pytest.mark.parametrize("missing", [{}, {"p95(wait)": None}])
def test_a_figure_that_no_run_has_is_left_out(missing: dict[str, None]) -> None:
    runs = [Replication(policy="a", replication=0, seed=1, digest="x", jobs=0, wall_s=0,
                        values={**missing, "cost": 3.0})]  # fmt: skip
    assert [figure.metric for figure in analyse(runs).figures] == ["cost"]


def test_a_figure_of_a_context_is_shown_in_the_unit_of_the_threshold_about_it() -> None:
    metric = "pipelines.how_long_pipelines_took.longest"
    runs = replications("a", [1.8e9, 1.83e9, 1.86e9], metric)
    judged = judge([parse_threshold(f"{metric} < 1h")], {"a": runs})
    found = sections(Circumstances(thresholds=judged, experiment=analyse(runs)))
    (table,) = next(section for section in found if section.anchor == "replications").parts
    assert table.rows[0][:3] == (metric, "a", "30m 30s")

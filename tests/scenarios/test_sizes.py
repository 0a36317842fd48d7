"""What no machine could bear is told before it is tried; telling it takes no longer for thousands of mistakes."""

import warnings

import numpy as np
import pytest

from scenarios.distributions import sample_counts
from scenarios.loader import load_text
from scenarios.problems import MOST_HINTS, ScenarioError, choices
from scenarios.profiles import arrival_blocks
from scenarios.sizes import mean_count
from scenarios.spec import Count

SCENARIO = """\
name: big
horizon: {horizon}
workload:
  synthetic:
    pushes: {{rate: {rate}}}
    jobs: {jobs}
fleet: {{providers: {{p: {{pools: {{q: {{nodes: 1, capacity: {{cpu: 4cpu}}}}}}}}}}}}
"""
JOB = "resources: {cpu: 1cpu}, duration: 1m"


def problems(**parts: str) -> list[str]:
    text = SCENARIO.format(**{"horizon": "1d", "rate": "10/h", "jobs": f"{{a: {{{JOB}}}}}", **parts})
    try:
        load_text(text)
    except ScenarioError as error:
        return [f"{problem.found}, allowed: {problem.allowed}" for problem in error.problems]
    return []


def test_twenty_million_jobs_are_the_most() -> None:
    assert problems(rate="20000000/h", horizon="1h") == []
    (found,) = problems(rate="20000001/h", horizon="1h")
    assert "20,100,000 jobs in 1h, allowed: at most 20,000,000 jobs" in found


def test_ten_million_waits_between_jobs_of_a_pipeline_are_the_most() -> None:
    jobs = f"{{a: {{{JOB}, count: 1000}}, b: {{{JOB}, count: COUNT, needs: [a]}}}}"
    assert problems(jobs=jobs.replace("COUNT", "10000")) == []
    (found,) = problems(jobs=jobs.replace("COUNT", "10001"))
    assert found.startswith("about 10,100 jobs that each wait for 1,000")


@pytest.mark.parametrize("median", [0.001, 0.7, 5.0, 3000.0, 99_999.0])
@pytest.mark.parametrize("sigma", [0.0, 0.4, 1.2, 5.0])
@pytest.mark.parametrize("most", [1, 20, 100_000])
def test_the_mean_count_is_that_of_the_draws(median: float, sigma: float, most: int) -> None:
    count = Count.model_validate({"lognormal": {"median": median, "sigma": sigma, "max": most}})
    draws = sample_counts(count, np.random.Generator(np.random.Philox(1)), 200_000)
    error = 5 * draws.std() / len(draws) ** 0.5
    assert mean_count(count) == pytest.approx(draws.mean(), abs=max(1.0, error))


def test_a_rate_far_too_small_for_any_horizon_gives_arrivals_far_away() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        times = next(arrival_blocks(np.full(168, 1e-20), np.random.Generator(np.random.Philox(1))))
    assert min(times) > 5_200 * 604_800_000_000


def test_hints_are_for_the_first_of_very_many_unknown_names() -> None:
    jobs = ", ".join(f"class-{i}: {{{JOB}, needs: [klass-{i}]}}" for i in range(MOST_HINTS + 20))
    found = problems(jobs=f"{{{jobs}}}")
    assert len(found) == MOST_HINTS + 20
    assert sum("did you mean" in text for text in found) == MOST_HINTS


def test_there_is_no_hint_among_thousands_of_names() -> None:
    names = [f"name-{i}" for i in range(3_000)]
    assert choices("nme-7", names[:500]).endswith("(did you mean name-7?)")
    assert choices("nme-7", names).endswith("and 2988 more")

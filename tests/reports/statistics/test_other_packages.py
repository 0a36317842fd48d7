"""What we say equals what other packages for the output of simulations say, where they are installed.

They bring PyTorch and Plotly, so they are no dependency: `pip install pymser sim-tools` and run this.
"""

import numpy as np
import pytest

from reports.statistics.intervals import of_replications
from reports.statistics.warm_up import mser5


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.filterwarnings("ignore")
def test_the_warm_up_is_that_of_pymser(seed: int) -> None:
    pymser = pytest.importorskip("pymser")
    noise = np.random.default_rng(seed).normal(0, 1, 2000)
    values = 10 + noise + 5 * np.exp(-np.arange(2000) / (40 * (seed + 1)))
    theirs = pymser.equilibrate(values, LLM=False, batch_size=5, ADF_test=False, uncertainty="uSD", print_results=False)
    assert mser5(values).observations == int(theirs["t0"]) > 0


@pytest.mark.filterwarnings("ignore")
def test_intervals_of_replications_are_those_of_sim_tools() -> None:
    analysis = pytest.importorskip("sim_tools.output_analysis")
    values = np.random.default_rng(1).gamma(2, 30, 12).tolist()
    _, table = analysis.confidence_interval_method(values, desired_precision=1e-9, decimal_places=12)
    for n in range(3, len(values) + 1):
        ours, theirs = of_replications(values[:n]), table.loc[n]
        assert ours.value == pytest.approx(theirs["Cumulative Mean"], rel=1e-9)
        assert (ours.low, ours.high) == pytest.approx((theirs["Lower Interval"], theirs["Upper Interval"]), rel=1e-9)

"""Replications of M/M/c through the whole engine: the intervals hold what queueing theory says."""

from math import log

from reports.experiment import analyse
from reports.replications import replicate
from scenarios.spec import Scenario

SERVERS, LOAD, SERVICE_S = 4, 0.7, 60


def erlang_c(servers: int, offered: float) -> float:
    """The chance of waiting, from the recursion of Erlang B (Erlang, 1917)."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = offered * blocking / (k + offered * blocking)
    return blocking / (1 - offered / servers * (1 - blocking))


def test_mean_and_p95_wait_of_ten_replications() -> None:
    pool = {"nodes": SERVERS, "capacity": {"cpu": "1cpu"}}
    job = {"resources": {"cpu": "1cpu"}, "timeout": "52w", "duration": {"exponential": {"mean": f"{SERVICE_S}s"}}}
    rate = SERVERS * LOAD / SERVICE_S
    scenario = Scenario.model_validate({
        "name": "mmc", "seed": 20, "warm_up": "2h", "horizon": "26h",
        "workload": {"synthetic": {"pushes": {"rate": f"{rate * 3600:g}/h"}, "jobs": {"job": job}}},
        "fleet": {"providers": {"p": {"pools": {"servers": pool}}}},
    })  # fmt: skip
    found = analyse([replicate(scenario, "drf+fifo+best-fit", number)[0] for number in range(10)], level=0.99)
    waits = {figure.metric: next(iter(figure.estimates.values())) for figure in found.figures}
    waiting = erlang_c(SERVERS, SERVERS * LOAD)
    drain = SERVERS * (1 - LOAD) / SERVICE_S  # c·μ − λ, per second
    for metric, truth_s in (("mean(wait)", waiting / drain), ("p95(wait)", log(waiting / 0.05) / drain)):
        estimate = waits[metric]
        assert estimate.low is not None and estimate.high is not None and estimate.half_width is not None
        assert estimate.low <= truth_s * 1e6 <= estimate.high, metric
        assert estimate.half_width < 0.2 * truth_s * 1e6, metric
    busy = waits["busy"]
    assert busy.low is not None and busy.high is not None and busy.low <= LOAD <= busy.high

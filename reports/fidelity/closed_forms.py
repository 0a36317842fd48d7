"""Queues whose means are known in closed form, run through the whole engine with no overhead anywhere."""

from math import exp
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reports.fidelity import formulas
from reports.fidelity.checks import Line, confident, exactly
from reports.fidelity.queues import (
    Queue,
    Series,
    confidence_interval,
    first_come_first_served,
    many_servers_controls,
    one_server_controls,
    poisson,
    recorded,
    serve,
)
from sim.streams import Streams

SEED = 20261124
EXPONENTIAL = {"duration": {"exponential": {"mean": "1s"}}}


def many_servers(arrival: float, servers: int, jobs: int) -> list[Line]:
    """M/M/c: every wait as the textbook's queue on the same input, mean wait and share that waits as Erlang C."""
    run = serve(servers, poisson(arrival, {"job": EXPONENTIAL}), f"{round(jobs / arrival)}s", SEED)
    model = first_come_first_served(run.queued, run.ran, servers)
    known = many_servers_controls(run.queued, run.ran, arrival, servers)
    wait = confidence_interval(run.waited, known)
    share = confidence_interval((run.waited > 0).astype(float), known)
    same = int((np.abs(run.waited - model) < 1e-6).sum())
    return [
        exactly(f"waits of c={servers} as by hand", len(model), same),
        confident(
            f"mean wait, c={servers}, ρ={arrival / servers:g}", formulas.erlang_c_wait(arrival, 1.0, servers), *wait
        ),
        confident("share that waits (Erlang C)", formulas.erlang_c(arrival, 1.0, servers), *share),
    ]


def mmc(data: Path) -> list[Line]:
    return [*many_servers(1.6, 2, 100_000), *many_servers(9.0, 10, 400_000)]


def erlang_b(data: Path) -> list[Line]:
    """Nobody waits longer than a microsecond: calls that find all servers busy are lost."""
    arrival, servers, jobs = 3.0, 5, 350_000
    impatient = {**EXPONENTIAL, "max_queue_time": "1us"}
    run = serve(servers, poisson(arrival, {"call": impatient}), f"{round(jobs / arrival)}s", SEED)
    lost = (~run.served).astype(float)
    gaps = np.diff(run.queued, prepend=0.0) - 1 / arrival
    expected = formulas.erlang_b(arrival, servers)
    return [confident("share of calls lost, c=5, a=3", expected, *confidence_interval(lost, [gaps]))]


def mm12(data: Path) -> list[Line]:
    """One runs and one waits, whoever else comes replaces it: a concurrency group is an M/M/1/2."""
    arrival, jobs = 0.8, 150_000
    grouped = {**EXPONENTIAL, "concurrency": {"group": "one"}}
    run = serve(8, poisson(arrival, {"job": grouped}), f"{round(jobs / arrival)}s", SEED)
    lost = (~run.served).astype(float)
    expected = formulas.full(arrival, 1.0, 1, 2)
    return [confident("share turned away, c=1, K=2, ρ=0.8", expected, *confidence_interval(lost, []))]


def mg1(data: Path) -> list[Line]:
    """Constant and lognormal services: the wait depends on the first two moments alone."""
    arrival, jobs = 0.6, 100_000
    sigma = 0.8
    median = exp(-(sigma**2) / 2)
    lognormal = {"lognormal": {"median": f"{round(median * 1e6)}us", "sigma": sigma}}
    lines = []
    for name, duration, second in (("M/D/1", {"constant": "1s"}, 1.0), ("M/G/1 lognormal", lognormal, exp(sigma**2))):
        run = serve(1, poisson(arrival, {"job": {"duration": duration}}), f"{round(jobs / arrival)}s", SEED)
        known = one_server_controls(run.queued, run.ran, arrival, (1.0, second), (0.9, 1.15))
        expected = formulas.pollaczek_khinchine(arrival, 1.0, second)
        lines.append(confident(f"mean wait, {name}, ρ=0.6", expected, *confidence_interval(run.waited, _varied(known))))
    return lines


def shortest_first(data: Path) -> list[Line]:
    """Whoever is shortest goes first, and is known to be."""
    arrival, jobs = 0.8, 200_000
    run = serve(1, poisson(arrival, {"job": EXPONENTIAL}), f"{round(jobs / arrival)}s", SEED, "sjf", "exact")
    known = one_server_controls(run.queued, run.ran, arrival, (1.0, 2.0), (0.95, 1.0, 1.15))
    return [
        confident("mean wait, ρ=0.8", formulas.shortest_first_wait(arrival), *confidence_interval(run.waited, known))
    ]


def priority(data: Path) -> list[Line]:
    """Two classes: urgent jobs wait for whatever runs, the others for all urgent ones as well."""
    rates, jobs = (0.25, 0.4), 250_000
    run = _two_classes(rates, jobs)
    expected = formulas.priority_waits([(rate, 1.0, 2.0) for rate in rates])
    arrival = sum(rates)
    known = one_server_controls(run.queued, run.ran, arrival, (1.0, 2.0), (0.93, 1.0, 1.15))
    lines = []
    for name, wait in zip(("urgent", "other"), expected, strict=True):
        mine = run.label == run.labels.index(name)
        interval = confidence_interval(run.waited[mine], [control[mine] for control in known])
        lines.append(confident(f"mean wait, {name}, ρ=0.65", wait, *interval))
    return lines


def tandem(data: Path) -> list[Line]:
    """Jackson: what leaves one station comes to the next as if it were the only one (needs of a pipeline)."""
    arrival, jobs = 0.5, 200_000
    stations = {
        "first": {**EXPONENTIAL, "runs_on": ["one"]},
        "second": {**EXPONENTIAL, "runs_on": ["two"], "needs": ["first"]},
    }
    pools = {name: {"nodes": 1, "capacity": {"cpu": "1cpu"}, "labels": [name]} for name in ("one", "two")}
    run = serve(1, poisson(arrival, stations), f"{round(jobs / arrival)}s", SEED, pools=pools)
    lines = []
    first, second = (run.label == run.labels.index(name) for name in stations)
    arrived = run.queued[first]
    for name, mine in zip(stations, (first, second), strict=True):
        known = one_server_controls(arrived, run.ran[mine], arrival, (1.0, 2.0), (0.8, 1.2))
        if name == "second":
            known += one_server_controls(arrived, run.ran[first], arrival, (1.0, 2.0), (0.8, 1.0))
        lines.append(confident(f"mean wait, {name} station, ρ=0.5", 1.0, *confidence_interval(run.waited[mine], known)))
    return lines


def littles_law(data: Path) -> list[Line]:
    """What the report counts as queued on average is what arrives a second times how long it waits."""
    from reports.summary import summarise
    from scenarios.loader import load_scenario
    from sim.run import simulate

    scenario = load_scenario("quickstart", ["horizon=1d", "warm_up=0s"])
    result = simulate(scenario, "fair")
    jobs, summary = result.jobs, summarise(result)
    horizon = result.horizon_us
    began, came = jobs.started_us >= 0, jobs.queued_us >= 0
    left = np.minimum(np.where(began, jobs.started_us, jobs.finished_us), horizon)
    waited = int((left - jobs.queued_us)[came & (jobs.queued_us < horizon)].sum())
    ran = np.minimum(jobs.finished_us, horizon) - np.minimum(jobs.started_us, horizon)
    return [
        exactly("mean number queued = arrivals · wait", f"{waited / horizon:.6f}", f"{summary.queued.mean:.6f}"),
        exactly(
            "mean number running = starts · run time",
            f"{ran[began].sum() / horizon:.6f}",
            f"{summary.running.mean:.6f}",
        ),
    ]


def _varied(known: list[Series]) -> list[Series]:
    """Controls that are not the same in every batch."""
    return [control for control in known if float(np.ptp(control)) > 1e-9]


def _two_classes(rates: tuple[float, float], jobs: int) -> Queue:
    generator = Streams(SEED)("fidelity", "priority")
    total = sum(rates)
    at = np.cumsum(generator.exponential(1 / total, jobs))
    took = np.maximum(generator.exponential(1.0, jobs), 1e-6)
    urgent = generator.random(jobs) < rates[0] / total
    with TemporaryDirectory() as folder:
        file = Path(folder) / "jobs.csv"
        names = np.where(urgent, "urgent", "other").tolist()
        rows = (f"{a:.6f},{t:.6f},{n}" for a, t, n in zip(at.tolist(), took.tolist(), names, strict=True))
        file.write_text("at,took,label\n" + "\n".join(rows) + "\n")
        workload = recorded(file, {"urgent": {"priority": 10}, "other": {"priority": 0}})
        return serve(1, workload, None, SEED, "priority")

"""How fast whole runs are: recorded Firefox CI in a process of its own, M/M/50, the quickstart, and time per layer."""

import json
import subprocess
import sys

import pytest
import yaml

from scenarios import catalogue
from scenarios.loader import load_scenario, load_text, resolve_policies
from scenarios.spec import Scenario
from sim.run import simulate

MMC = {
    "name": "mmc",
    "horizon": "2000s",
    "workload": {"synthetic": {
        "pushes": {"rate": "45/s"},
        "jobs": {"job": {"resources": {"cpu": "1cpu"}, "duration": {"exponential": {"mean": "1s"}}}},
    }},
    "fleet": {"providers": {"p": {"pools": {"servers": {"nodes": 50, "capacity": {"cpu": "1cpu"}}}}}},
}  # fmt: skip

REPLAY = """
import contextlib, json, resource, sys
from windtunnel.cli import main
with contextlib.suppress(SystemExit):
    main(["run", "firefox-ci", "--quiet", *sys.argv[1:]])
print(json.dumps({"peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}))
"""


def record(benchmark, result, **more) -> None:
    """Jobs per second at the best round, and the share of processor time of each layer."""
    jobs = len(result.jobs)
    total = sum(result.layer_s.values())
    benchmark.extra_info.update(
        jobs=jobs,
        jobs_per_s=round(jobs / benchmark.stats.stats.min),
        us_per_job=round(benchmark.stats.stats.min / jobs * 1e6, 1),
        layers={layer: f"{seconds / total:.0%}" for layer, seconds in result.layer_s.items()},
        **more,
    )
    print(f"\n{benchmark.name}: {json.dumps(benchmark.extra_info, indent=2)}")


def test_mm50(benchmark) -> None:
    """The core alone, no overhead anywhere: what the engine itself and the contexts that every job meets cost a job."""
    scenario = Scenario.model_validate(MMC)
    benchmark.pedantic(simulate, (scenario, "drf+fifo+best-fit"), rounds=5, warmup_rounds=1)
    record(benchmark, simulate(scenario, "drf+fifo+best-fit", profile=True))


@pytest.mark.parametrize("policy", ["first-come", "fair", "fair-shortest-first"])
def test_quickstart(benchmark, policy) -> None:
    scenario = load_scenario("quickstart")
    assert policy in resolve_policies(scenario)
    benchmark.pedantic(simulate, (scenario, policy), rounds=3)
    record(benchmark, simulate(scenario, policy, profile=True))


EVERY_CONTEXT = {
    "security": {
        "roles": {"developer": [{"allow": "run"}]}, "members": ["developer"], "secrets": {"token": {}},
    },
    "telemetry": {"objectives": {"waits": {"indicator": "queue_wait", "threshold": "2m", "target": "95%"}}},
    "artifacts": {"images": {"tools": {"layers": {"base": "100MiB"}}}},
}  # fmt: skip


@pytest.mark.parametrize("on", ["core", "security", "telemetry", "artifacts", "every context"])
def test_quickstart_with_more_contexts(benchmark, on) -> None:
    """What each further context costs a job of the quickstart load: a token per attempt, metrics with an objective and

    its alerts, an image per job. The core is the four contexts that every run has.
    """
    written = yaml.safe_load((catalogue.FOLDER / "quickstart.yaml").read_text(encoding="utf-8"))
    for context, section in EVERY_CONTEXT.items():
        if on in (context, "every context"):
            written[context] = section
    if on in ("artifacts", "every context"):
        for job in written["workload"]["synthetic"]["jobs"].values():
            job["image"] = "tools"
    if on in ("security", "every context"):
        for job in written["workload"]["synthetic"]["jobs"].values():
            job["secrets"] = ["token"]
    scenario = load_text(json.dumps(written))
    benchmark.pedantic(simulate, (scenario, "fair"), rounds=3, warmup_rounds=1)
    record(benchmark, simulate(scenario, "fair", profile=True))


POOL = "fleet.providers.aws.pools.workers"
ALWAYS_THERE = [f"{POOL}.nodes=2000", f"{POOL}.node_boot=0s", f"{POOL}.workers.start=0s"]


@pytest.mark.parametrize("settings", [pytest.param([], id="elastic"), pytest.param(ALWAYS_THERE, id="unlimited")])
def test_firefox_replay_as_a_command(benchmark, data, settings) -> None:
    """106 233 recorded jobs through `windtunnel run firefox-ci`, from process start to end, and its peak memory."""
    trace = str(data("firefox_ci/gecko-t-t-linux-large.dat"))
    options = [option for setting in settings for option in ("--set", setting)]
    command = [sys.executable, "-c", REPLAY, "--trace", trace, *options]

    def replay() -> dict[str, float]:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    peaks = benchmark.pedantic(replay, rounds=3)
    scenario = load_scenario("firefox-ci", settings, trace=trace)
    (policy,) = resolve_policies(scenario)
    record(benchmark, simulate(scenario, policy, profile=True), **peaks)


def test_start_of_the_command_line(benchmark) -> None:
    command = [sys.executable, "-m", "windtunnel", "--help"]
    benchmark.pedantic(subprocess.run, (command,), {"capture_output": True, "check": True}, rounds=10, warmup_rounds=1)

"""Sweeps on a real Dask cluster on loopback: the same results as here, and as if no worker had ever died."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from reports.replications import STANDARD
from reports.sweep import Sweep
from scenarios.loader import load_scenario
from scenarios.plugins import load_plugin, unplug
from tests.windtunnel.conftest import Windtunnel
from windtunnel.executors import Dask
from windtunnel.exits import INVALID, OK, BadInput
from windtunnel.measurer import Measurer
from windtunnel.measuring import Plugged

pytest.importorskip("distributed")

SWEEP = ("tiny.yaml", "--set", "nodes.linux.count=3,4,5", "--replications", 4)


class Cluster(NamedTuple):
    address: str
    workers: list[subprocess.Popen[bytes]]
    start: Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two worker processes of this machine, ended with the test."""
    running: list[subprocess.Popen[bytes]] = []
    root = Path(__file__).parents[2]
    log = (tmp_path / "dask.log").open("wb")

    def start(*command: str, **environment: str) -> subprocess.Popen[bytes]:
        settings = {
            "PYTHONPATH": str(root), "DASK_DISTRIBUTED__DASHBOARD__LINK": "", "DASK_TEMPORARY_DIRECTORY": str(tmp_path),
            "PYTHONWARNINGS": "default",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
            env={**os.environ, **settings, **environment}, cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
        running.append(process)
        return process

    about = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(about))
    while not about.exists() or not about.read_bytes().endswith(b"}"):
        assert running[0].poll() is None, (tmp_path / "dask.log").read_text()
    address = msgspec.json.decode(about.read_bytes())["address"]

    def worker(**environment: str) -> subprocess.Popen[bytes]:
        return start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", **environment)

    yield Cluster(address, [worker(), worker()], worker)
    for process in reversed(running):
        process.kill()
        process.wait()
    log.close()


def swept(path: str) -> Sweep:
    return msgspec.json.decode(Path(path).read_bytes(), type=Sweep)


def test_a_cluster_gives_what_this_machine_gives_even_where_a_worker_dies(
    windtunnel: Windtunnel, tiny: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert windtunnel("sweep", *SWEEP, "--json", "here.json", "--csv", "here.csv", "-q").code == OK
    there = ("--executor", "dask", "--address", cluster.address)
    outcome = windtunnel("sweep", *SWEEP, *there, "--json", "there.json", "--csv", "there.csv", "-q")
    assert outcome.code == OK, outcome.err
    assert swept("there.json").digest == swept("here.json").digest
    assert Path("there.csv").read_bytes() == Path("here.csv").read_bytes()

    from windtunnel import executors

    answers = executors.Dask.answers

    def killing(self: executors.Dask) -> Iterator[executors.Answered]:
        for number, answer in enumerate(answers(self)):
            if number == 2:
                cluster.workers[0].send_signal(signal.SIGKILL)
            yield answer

    monkeypatch.setattr(executors.Dask, "answers", killing)
    outcome = windtunnel("sweep", *SWEEP, *there, "--json", "killed.json", "--csv", "killed.csv", "-q")
    assert outcome.code == OK, outcome.err
    assert cluster.workers[0].wait(30) == -signal.SIGKILL
    assert swept("killed.json").digest == swept("here.json").digest
    assert Path("killed.csv").read_bytes() == Path("here.csv").read_bytes()


def test_workers_with_other_code_are_refused(
    windtunnel: Windtunnel, tiny: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from windtunnel import identity

    monkeypatch.setattr(identity, "code_version", lambda: "0123456789abcdef")
    outcome = windtunnel("sweep", *SWEEP, "--executor", "dask", "--address", cluster.address, "--out", "kept")
    assert outcome.code == INVALID, outcome
    assert "not like this machine" in outcome.err
    assert "0123456789abcdef" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_plugin_goes_along_and_another_one_of_its_name_is_refused(
    windtunnel: Windtunnel, tiny: Path, cluster: Cluster
) -> None:
    plugin = tiny.with_name("mine.py")
    plugin.write_text("def same(demand):\n    return 5\n\nORDERINGS = {'same-for-all': same}\n")
    tiny.write_text(tiny.read_text().replace("ordering: sjf", "ordering: same-for-all"))
    there = ("--executor", "dask", "--address", cluster.address, "--plugin", plugin, "-q")
    try:
        assert windtunnel("sweep", *SWEEP, *there, "--json", "there.json").code == OK
        assert windtunnel("sweep", *SWEEP, "--plugin", plugin, "-q", "--jobs", 1, "--json", "here.json").code == OK
        assert swept("there.json").digest == swept("here.json").digest

        scenario = load_scenario(tiny)
        with Dask(cluster.address) as dask, pytest.raises(BadInput, match=r"another .*mine\.py"):
            measurer = Measurer(dask, STANDARD, None, (Plugged(str(plugin), "0" * 64),))
            measurer.measure([measurer.task(scenario, "fair", 0)], lambda done, of: None)
    finally:
        unplug(load_plugin(str(plugin)))


def test_an_address_where_nobody_listens_is_told(windtunnel: Windtunnel, tiny: Path) -> None:
    from windtunnel import executors

    before, executors.PATIENCE_S = executors.PATIENCE_S, 1
    try:
        outcome = windtunnel("sweep", *SWEEP, "--executor", "dask", "--address", "tcp://127.0.0.1:1")
    finally:
        executors.PATIENCE_S = before
    assert outcome.code == INVALID
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in outcome.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--executor", "dask"), "--address"),
        (("--address", "tcp://127.0.0.1:1"), "--executor dask"),
        (("--executor", "dask", "--address", "tcp://127.0.0.1:1", "--jobs", 2), "--jobs"),
    ],
)
def test_options_that_say_nothing_together(
    windtunnel: Windtunnel, tiny: Path, options: tuple[object, ...], told: str
) -> None:
    outcome = windtunnel("sweep", *SWEEP, *options)
    assert outcome.code == INVALID
    assert told in outcome.err

"""The command line as a function, and a scenario that runs in a blink."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from windtunnel.cli import main

TINY = """\
name: tiny
seed: 7
horizon: 2h
warm_up: 10m
tenants: {web: {weight: 2}, data: {}}
workload:
  synthetic:
    pushes: {rate: 60/h}
    jobs:
      test:
        resources: {cpu: 1cpu, memory: 1GiB}
        count: 3
        duration: {lognormal: {median: 5m, sigma: 0.5}}
fleet:
  providers:
    local:
      pools:
        linux:
          nodes: 4
          capacity: {cpu: 4cpu, memory: 8GiB}
          price: $0.10/h
policies:
  first-come: {allocator: fifo}
  fair: {allocator: drf}
  shortest: {ordering: sjf}
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Windtunnel = Callable[..., Outcome]


@pytest.fixture
def windtunnel(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Windtunnel]:
    """`windtunnel("run", "tiny.yaml")` in an empty folder, in this process: what it printed and its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("WINDTUNNEL_DEBUG", "")
    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(int(stopped.value.code or 0), out, err)

    yield call
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command line as a process of its own, with pipes for stdout and stderr; ended with the test."""
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "windtunnel", *map(str, arguments)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()

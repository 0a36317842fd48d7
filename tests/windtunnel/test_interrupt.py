"""Stopping early: an interrupt keeps what was finished, and a reader that leaves is no failure."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim.run
from sim.results import RunResult
from tests.windtunnel.conftest import Windtunnel
from windtunnel import progress

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def interrupted_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, signal.Signals], None]:
    """Have this process signalled halfway through the policy of that name, as Ctrl-C or `kill` would."""
    simulate = sim.run.simulate

    def arrange(policy: str, number: signal.Signals) -> None:
        def signalled(scenario: object, name: str, **options: object) -> RunResult:
            def on_progress(fraction: float, jobs: int) -> None:
                if name == policy and fraction > 0.5:
                    os.kill(os.getpid(), number)

            return simulate(scenario, name, **{**options, "on_progress": on_progress})  # type: ignore[arg-type]

        monkeypatch.setattr(sim.run, "simulate", signalled)

    return arrange


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_finished_policies_are_kept_and_shown(
    windtunnel: Windtunnel, tiny: Path, interrupted_in: Callable[[str, signal.Signals], None], number: signal.Signals
) -> None:
    interrupted_in("fair", number)
    outcome = windtunnel("run", tiny, "--out", "kept", "--json", "figures.json")
    assert outcome.code == 130
    assert "1 of 3 policies finished" in outcome.err
    assert "first-come" in outcome.out
    assert "shortest" not in outcome.out
    assert [summary["policy"] for summary in json.loads(Path("figures.json").read_bytes())["summaries"]] == [
        "first-come"
    ]
    manifest = json.loads(Path("kept/manifest.json").read_bytes())
    assert manifest["interrupted"] is True
    assert [run["policy"] for run in manifest["runs"]] == ["first-come"]
    assert "The run was interrupted" in outcome.out
    shown = windtunnel("report", "kept", "--json", "again.json", "--html", "again.html")
    assert shown.code == 0
    assert "The run was interrupted" in shown.out
    assert "The run was interrupted" in Path("again.html").read_text()
    assert json.loads(Path("again.json").read_bytes())["interrupted"] is True


@pytest.mark.parametrize("where", ["reports.store.stress_des", "reports.experiment.analyse"])
def test_a_second_interrupt_while_the_finished_is_kept_loses_nothing(
    windtunnel: Windtunnel,
    tiny: Path,
    interrupted_in: Callable[[str, signal.Signals], None],
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    module, name = where.rsplit(".", 1)
    original = getattr(importlib.import_module(module), name)

    def interrupted_again(*arguments: object, **options: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments, **options)

    monkeypatch.setattr(where, interrupted_again)
    interrupted_in("shortest", signal.SIGINT)
    outcome = windtunnel("run", tiny, "--out", "kept", "-q", "--replications", 2, "--jobs", 1)
    assert outcome.code == 130
    assert "once more gives it up" in outcome.err
    manifest = json.loads(Path("kept/manifest.json").read_bytes())
    assert manifest["interrupted"] is True
    assert {run["policy"] for run in manifest["runs"]} == {"first-come", "fair"}
    assert windtunnel("query", "SELECT count(*) AS n FROM replications", "kept", "--csv").out == "n\n2\n"


def test_with_nothing_finished_nothing_is_left(
    windtunnel: Windtunnel, tiny: Path, interrupted_in: Callable[[str, signal.Signals], None]
) -> None:
    interrupted_in("first-come", signal.SIGINT)
    outcome = windtunnel("run", tiny, "--out", "kept", "--json", "figures.json")
    assert outcome.code == 130
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert {path.name for path in Path().iterdir()} == {"tiny.yaml"}


def test_an_interrupt_inside_exec_ends_with_130_and_not_by_a_signal(tiny: Path) -> None:
    tiny.with_name("interrupted.py").write_text(
        "import sim.run\nfrom windtunnel.cli import main\n"
        "sim.run.simulate = lambda *arguments, **options: exec('raise KeyboardInterrupt')\n"
        "main(['run', 'tiny.yaml'])"
    )
    command = [sys.executable, "-m", "interrupted"]
    process = subprocess.run(command, cwd=tiny.parent, capture_output=True, text=True)
    assert process.returncode == 130, process
    assert "0 of 3 policies finished" in process.stderr


def test_a_process_that_is_signalled_ends_with_130(start: Start, tiny: Path) -> None:
    # Far more than could be finished before the signal, which comes as soon as the run's folder is begun.
    process = start("run", tiny, "--set", "horizon=3650d", "--out", "kept", "--no-events", cwd=tiny.parent)
    while not list(tiny.parent.glob("kept*")) and process.poll() is None:
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert {path.name for path in tiny.parent.iterdir()} == {"tiny.yaml"}


@pytest.mark.parametrize(
    "arguments", [["list"], ["schema"], ["--help"], ["run", "tiny.yaml", "-q", "--json", "-"], ["run", "tiny.yaml"]]
)
def test_a_reader_that_leaves_is_no_failure(start: Start, tiny: Path, arguments: list[str]) -> None:
    process = start(*arguments, cwd=tiny.parent)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""


def test_progress_away_from_a_terminal_is_plain_lines_on_stderr(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    outcome = windtunnel("run", tiny, "--json", "-")
    json.loads(outcome.out)
    assert "fair (2/3): 100%, " in outcome.err
    assert "\x1b" not in outcome.err
    assert "\r" not in outcome.err

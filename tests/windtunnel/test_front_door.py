"""The front door: help that is quick and complete, nearest names, exit codes, and no traceback unless asked for."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

import sim.run
from tests.windtunnel.conftest import Windtunnel
from windtunnel.cli import cli

HEAVY = ("jinja2", "matplotlib", "msgspec", "numpy", "pandas", "pyarrow", "pydantic", "rich", "simpy", "yaml")
COMMANDS = (
    "run", "validate", "list", "init", "import", "report", "explain", "events", "export", "stats", "schema", "domain",
    "conformance", "fidelity", "bench", "profile",
)  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom windtunnel.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    process = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert process.stderr.split() == []
    assert process.stdout


def test_help_lists_commands_in_order_and_every_exit_code(windtunnel: Windtunnel) -> None:
    outcome = windtunnel("--help")
    assert outcome.code == 0
    places = [outcome.out.index(f"\n  {command} ") for command in COMMANDS]
    assert places == sorted(places)
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "130 "):
        assert f"\n    {code}" in outcome.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(windtunnel: Windtunnel, command: str) -> None:
    outcome = windtunnel(command, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: windtunnel {command}")
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "nearest"), [(["rnu"], "'run'"), (["run", "--polcy", "x"], "'--policy'"), (["valdate"], "'validate'")]
)
def test_the_nearest_name_is_suggested(windtunnel: Windtunnel, arguments: list[str], nearest: str) -> None:
    outcome = windtunnel(*arguments)
    assert outcome.code == 2
    assert f"Did you mean {nearest}?" in outcome.err


def test_a_fault_of_ours_says_so_and_how_to_see_more(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(sim.run, "simulate", broken)
    outcome = windtunnel("run", tiny)
    assert outcome.code == 1
    assert "ZeroDivisionError" in outcome.err
    assert "--debug" in outcome.err
    assert "Traceback" not in outcome.err
    assert "Traceback" in windtunnel("--debug", "run", tiny).err


def test_memory_that_runs_out_is_said_to_be_the_size_of_the_scenario(
    windtunnel: Windtunnel, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(sim.run, "simulate", greedy)
    outcome = windtunnel("run", tiny, "--out", "kept")
    assert outcome.code == 2
    assert "out of memory" in outcome.err
    assert "shorter horizon" in outcome.err
    assert not Path("kept").exists()


def test_python_m_windtunnel_is_the_same_command() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "windtunnel", "--version"], capture_output=True, text=True, check=True
    )
    assert process.stdout.startswith("windtunnel ")


def test_every_command_and_option_is_documented() -> None:
    document = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
    for name, command in cli.commands.items():
        assert f"`windtunnel {name}" in document
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert f"`{option}" in document, f"{name} {option}"

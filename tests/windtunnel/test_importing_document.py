"""What docs/importing.md shows can be typed as it stands."""

import re
import shlex
from pathlib import Path

from scenarios.loader import load_text
from tests.windtunnel.conftest import Windtunnel

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


def test_every_command_runs_on_the_files_that_the_page_shows(windtunnel: Windtunnel, tmp_path: Path) -> None:
    for name, content in re.findall(r"```yaml file=(\S+)\n(.*?)```", TEXT, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    commands = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
    assert len(commands) >= 8
    for command in commands:
        program, *arguments = shlex.split(command)
        answer = windtunnel(*arguments)
        assert (program, answer.code) == ("windtunnel", 0), f"{command}: {answer.err}"


def test_scenarios_on_the_page_are_valid() -> None:
    examples = re.findall(r"```yaml scenario\n(.*?)```", TEXT, re.DOTALL)
    assert examples
    for example in examples:
        load_text(example)


def test_every_option_that_the_page_names_exists(windtunnel: Windtunnel) -> None:
    imports = [("import", one) for one in ("github-workflow", "gitlab-ci", "kubernetes", "workers")]
    offered = " ".join(windtunnel(*command, "--help").out for command in (*imports, ("run",)))
    for option in set(re.findall(r"--[a-z][a-z-]+", TEXT)):
        assert option in offered, option

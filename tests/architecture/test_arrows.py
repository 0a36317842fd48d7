"""Every import contract holds for the tree as it is, and is broken by an import planted against it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("windtunnel", "reports", "sim", "scenarios", "domain")
NAMES = {
    "house": "windtunnel, reports, sim, scenarios, domain: each imports only what stands below it",
    "domain": "Inside domain: acl, then contexts that do not know each other, then contracts, then shared",
    "pure": "domain is pure: no clock, no dice, no input or output, no framework",
    "seeded": "sim and scenarios have no clock and no dice of their own: time and chance come from the seed",
    "wiring": "In sim, only wiring composes: processes know the service that they drive, the rest knows events",
    "engine": "Only sim/engine.py knows simpy, so that it can be exchanged",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages and their contracts, to plant things in."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def test_the_tree_as_it_is_keeps_every_contract(tree: Path) -> None:
    report = lint(tree)
    assert report.returncode == 0, report.stdout + report.stderr
    for name in NAMES.values():
        assert f"{name} KEPT" in report.stdout


@pytest.mark.parametrize(
    ("contract", "module", "planted"),
    [
        ("house", "scenarios/planted.py", "import sim.results"),
        ("house", "sim/planted.py", "import reports"),
        ("house", "reports/planted.py", "import windtunnel"),
        ("domain", "domain/scheduling/planted.py", "import domain.workers.worker"),
        ("domain", "domain/contracts/planted.py", "import domain.execution"),
        ("domain", "domain/shared/planted.py", "import domain.contracts.workers"),
        ("domain", "domain/workers/planted.py", "import domain.acl"),
        ("domain", "domain/misplaced/__init__.py", ""),
        ("pure", "domain/shared/planted.py", "from datetime import datetime"),
        ("pure", "domain/scheduling/planted.py", "import numpy as np"),
        ("pure", "domain/workers/planted.py", "def late() -> None:\n    import random"),
        ("seeded", "sim/planted.py", "from uuid import uuid4"),
        ("seeded", "sim/processes/planted.py", "import random"),
        ("seeded", "sim/processes/planted.py", "from time import monotonic"),
        ("seeded", "scenarios/planted.py", "import datetime"),
        ("wiring", "sim/planted.py", "from domain.scheduling.scheduler import Scheduler"),
        ("wiring", "sim/processes/planted.py", "import domain.acl.workers_to_scheduling"),
        ("engine", "sim/processes/planted.py", "import simpy"),
    ],
)
def test_a_planted_import_breaks_its_contract(tree: Path, contract: str, module: str, planted: str) -> None:
    path = tree / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'"""Planted."""\n{planted}\n')
    try:
        report = lint(tree)
    finally:
        shutil.rmtree(path.parent) if path.name == "__init__.py" else path.unlink()
    assert report.returncode == 1, report.stdout + report.stderr
    assert f"{NAMES[contract]} BROKEN" in report.stdout

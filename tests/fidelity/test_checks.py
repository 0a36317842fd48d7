"""Every check of `windtunnel fidelity` that no other test here makes passes."""

from pathlib import Path

import pytest

from reports.fidelity.catalogue import CHECKS, run_check

ELSEWHERE = ("mmc", "lru", "bitcoin-days", "firefox")


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in ELSEWHERE])
def test_it_passes(name: str, data) -> None:
    paths = [data(file) for file in CHECKS[name].files]
    folder = str(Path(paths[0]).parents[1]) if paths else ""
    outcome = run_check(name, folder)
    for line in outcome.lines:
        print(f"{name}: {line.figure}: expected {line.expected}, got {line.got} {line.statement}")
    assert outcome.verdict == "passed", [line for line in outcome.lines if not line.passed]

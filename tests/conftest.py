"""What every test may ask for: recorded data, and hypothesis runs that are the same on every machine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("windtunnel", derandomize=True, deadline=None)
settings.load_profile("windtunnel")


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """`data("bitcoin_core_ci/jobs.csv")` is that file's path in the folder of recorded data.

    The folder is $WINDTUNNEL_DATA, else ../shared/data beside the checkout. A test is skipped where a file is missing,
    unless WINDTUNNEL_DATA is set: who names the folder promises that it is complete.
    """
    named = os.environ.get("WINDTUNNEL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            if named:
                pytest.fail(f"WINDTUNNEL_DATA is set, but {name} is not in it")
            pytest.skip(f"recorded data {name} not found (set WINDTUNNEL_DATA to the folder that has it)")
        return path

    return find

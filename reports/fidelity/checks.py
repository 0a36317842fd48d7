"""A check of fidelity: what it compares, with what, and what came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class Line(msgspec.Struct, frozen=True):
    """One figure: expected and got, as texts; `within` says how near they have to be, `statement` how sure we are."""

    figure: str
    expected: str
    got: str
    passed: bool
    within: str
    statement: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a check; skipped ones have no lines and say why."""

    check: str
    source: str
    verdict: str
    lines: tuple[Line, ...] = ()
    seconds: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """`run` gets the folder of recorded data, in which `files` are there; without files it needs none."""

    name: str
    source: str
    run: Callable[[Path], Sequence[Line]]
    files: tuple[str, ...] = ()


def exactly(figure: str, expected: object, got: object, statement: str = "") -> Line:
    """A figure that has to be the very same, in all digits shown."""
    return Line(figure, str(expected), str(got), str(expected) == str(got), "every digit", statement)


def near(figure: str, expected: float, got: float, share: float, digits: int = 4, statement: str = "") -> Line:
    """A figure that has to be within a share of the expected one."""
    passed = abs(got - expected) <= share * abs(expected)
    return Line(figure, f"{expected:.{digits}f}", f"{got:.{digits}f}", passed, f"{share:.1%}", statement)


def confident(figure: str, expected: float, mean: float, half_width: float, narrow: float = 0.02) -> Line:
    """A mean whose 99 % confidence interval has to hold what is expected, and be narrow enough to mean something."""
    passed = abs(mean - expected) <= half_width and half_width <= narrow * abs(mean)
    statement = f"± {half_width:.5f} (99 %), {half_width / abs(mean):.2%} of it" if mean else "a mean of 0"
    return Line(figure, f"{expected:.5f}", f"{mean:.5f}", passed, f"its interval, at most ± {narrow:.1%}", statement)

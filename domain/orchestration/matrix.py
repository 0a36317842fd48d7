"""Expand a matrix of axes into combinations, by the rules that GitHub documents for `strategy.matrix`.

Source: "Running variations of jobs in a workflow", docs.github.com, read 2026-11. Every excluded combination is
removed first; then each `include` is added to every combination of the axes whose axis values it does not change
(values that an earlier `include` added may be changed), and becomes a combination of its own where there is none.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TypeVar

Value = TypeVar("Value")

LARGEST = 256
"""Jobs that one matrix may make in a workflow run (GitHub's limit, docs.github.com, read 2026-11)."""


def expand(
    axes: Mapping[str, Sequence[Value]],
    include: Sequence[Mapping[str, Value]] = (),
    exclude: Sequence[Mapping[str, Value]] = (),
) -> tuple[dict[str, Value], ...]:
    """The combinations, the first axis varying slowest, then those that only an `include` makes.

    Raises ValueError where an axis has no values or an `exclude` names something that is no axis.
    """
    for axis, values in axes.items():
        if not values:
            raise ValueError(f"matrix axis {axis!r} has no values")
    for excluded in exclude:
        if unknown := [key for key in excluded if key not in axes]:
            raise ValueError(f"exclude names {', '.join(map(repr, unknown))}, which is no axis of the matrix")
    # without axes there is nothing to add to: product() of nothing would be one empty combination
    originals = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
    originals = [one for one in originals if not any(_agrees(excluded, one) for excluded in exclude)]
    expanded = [dict(one) for one in originals]
    alone: list[dict[str, Value]] = []
    for included in include:
        changed = [
            grown
            for one, grown in zip(originals, expanded, strict=True)
            if _agrees({key: value for key, value in included.items() if key in one}, one)
        ]
        for grown in changed:
            grown.update(included)
        if not changed:
            alone.append(dict(included))
    return (*expanded, *alone)


def _agrees(some: Mapping[str, Value], combination: Mapping[str, Value]) -> bool:
    """Whether every value named in `some` is the combination's; `true` is not 1, though Python says they are equal."""
    return all(
        combination[key] == value and isinstance(combination[key], bool) == isinstance(value, bool)
        for key, value in some.items()
    )

"""The one percentile rule of the house: always a value that was observed, never one in between."""

from typing import Any


def percentile(ordered: Any, p: int) -> Any:
    """`ordered[(n − 1) · p // 100]`: the p-th percentile (0 ≤ p ≤ 100) of values in rising order.

    `ordered` is any indexable with a length: a list, a tuple or a numpy column. Raises ValueError when it is empty.
    """
    if not len(ordered):
        raise ValueError("no percentile of no values")
    return ordered[(len(ordered) - 1) * p // 100]

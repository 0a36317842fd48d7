"""Which points of a space of settings are tried: a grid, a Latin hypercube, or a Sobol sequence, all from the seed.

Latin hypercube: McKay, Beckman and Conover, Technometrics 21(2), 1979. Sobol: the construction by Gray code of Antonov
and Saleev (1979) with the direction numbers of Joe and Kuo, SIAM J. Sci. Comput. 30(5), 2008, moved by a random shift
of all bits of each dimension, so that two seeds are two designs.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.problems import Problem, ScenarioError
from scenarios.variations import Axis

Design = Literal["grid", "lhs", "sobol"]
DESIGNS: tuple[Design, ...] = ("grid", "lhs", "sobol")

MOST_POINTS = 100_000
BITS = 30

JOE_KUO = (
    (1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)), (3, 2, (1, 1, 1)), (4, 1, (1, 1, 3, 3)), (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)), (5, 4, (1, 1, 5, 5, 5)), (5, 7, (1, 1, 7, 11, 19)),
)  # fmt: skip
"""Degree, coefficients and first direction numbers of dimensions 2 to 10; the first dimension needs none."""

Cube = NDArray[np.float64]


def points(design: Design, axes: Sequence[Axis], number: int | None, seed: int) -> list[tuple[str, ...]]:
    """The value of every axis at every point, each point once. Raises ScenarioError for a design that cannot be."""
    if not axes:
        return [()]
    if design == "grid":
        return _grid(axes, number)
    if number is None:
        raise _refuse("nothing", f"the number of points of a {design} design", "--points")
    if design == "sobol" and len(axes) > len(JOE_KUO) + 1:
        raise _refuse(f"{len(axes)} fields", f"at most {len(JOE_KUO) + 1} of them with --design sobol; lhs takes any")
    cube = latin_hypercube(len(axes), number, seed) if design == "lhs" else sobol(len(axes), number, seed)
    rows = [tuple(_value(axis, share) for axis, share in zip(axes, row, strict=True)) for row in cube.tolist()]
    return list(dict.fromkeys(rows))


def _value(axis: Axis, share: float) -> str:
    return axis.span.at(share) if axis.span else axis.values[int(share * len(axis.values))]


def _grid(axes: Sequence[Axis], number: int | None) -> list[tuple[str, ...]]:
    if number is None and any(axis.span for axis in axes):
        name = next(axis.name for axis in axes if axis.span)
        raise _refuse(f"a range of {name}", "values with commas, or --points: how many values of each range", "--set")
    levels = [axis.span.levels(number or 1) if axis.span else axis.values for axis in axes]
    size = 1
    for each in levels:
        size *= len(each)
    if size > MOST_POINTS:
        raise _refuse(f"a grid of {size:,} points", f"at most {MOST_POINTS:,}; a lhs or sobol design has fewer")
    return list(product(*levels))


def latin_hypercube(dimensions: int, number: int, seed: int) -> Cube:
    """Every one of `number` equal parts of every dimension holds exactly one point."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 1])))
    parts = np.stack([random.permutation(number) for _ in range(dimensions)], axis=1)
    return np.asarray((parts + random.random((number, dimensions))) / number)


def sobol(dimensions: int, number: int, seed: int | None) -> Cube:
    """The first points of the sequence; unshifted where there is no seed. Best where `number` is a power of two."""
    found = np.empty((number, dimensions))
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed or 0, 2])))
    for dimension in range(dimensions):
        directions = _directions(dimension)
        bits = 0 if seed is None else int(random.integers(1 << BITS))
        for at in range(number):
            found[at, dimension] = bits / (1 << BITS)
            bits ^= directions[(~at & (at + 1)).bit_length() - 1]  # by the lowest bit of `at` that is 0
    return found


def _directions(dimension: int) -> list[int]:
    """The direction numbers v₁ … v_BITS of a dimension, counted from 0, as integers of BITS bits."""
    if dimension == 0:
        return [1 << (BITS - 1 - k) for k in range(BITS)]
    degree, coefficients, first = JOE_KUO[dimension - 1]
    m = list(first)
    for k in range(degree, BITS):
        new = m[k - degree] ^ (m[k - degree] << degree)
        for j in range(1, degree):
            if coefficients >> (degree - 1 - j) & 1:
                new ^= m[k - j] << j
        m.append(new)
    return [m[k] << (BITS - 1 - k) for k in range(BITS)]


def _refuse(found: str, allowed: str, source: str = "--design") -> ScenarioError:
    return ScenarioError([Problem(source, 0, (), found, allowed)])

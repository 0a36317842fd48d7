"""Kubernetes quantities, read exactly: `500m`, `1.5`, `2Gi`, `1e3`, `128M`.

Source: "Quantity", Kubernetes API reference, read 2026-11: a number with a suffix of powers of 1024, of 1000, or an
exponent of ten.
"""

import re
from fractions import Fraction
from math import ceil

from domain.acl.ci_to_orchestration.documents import Data, kind

_QUANTITY = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?[0-9]{1,3}))")
_BINARY = {letter + "i": 1024**power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1_000), "": Fraction(1), "k": Fraction(10**3),
    "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12), "P": Fraction(10**15), "E": Fraction(10**18),
}  # fmt: skip
LARGEST = Fraction(2**63 - 1)
MEBIBYTE = 1024 * 1024
ALLOWED = "a quantity such as 500m, 2 or 4Gi"


def quantity(value: Data) -> Fraction | None:
    """The exact amount, or None for what is no quantity, negative, or more than Kubernetes can count."""
    if kind(value) == "number":
        value = repr(value) if isinstance(value, float) else str(value)
    if not isinstance(value, str) or len(value) > 60:
        return None
    found = _QUANTITY.fullmatch(value)
    if found is None:
        return None
    sign, number, binary, decimal, exponent = found.groups()
    amount = Fraction(number if not number.endswith(".") else number[:-1])
    if binary:
        amount *= _BINARY[binary]
    elif exponent is not None:
        amount *= Fraction(10) ** max(-60, min(60, int(exponent)))  # beyond, it is nothing, or more than the largest
    else:
        amount *= _DECIMAL[decimal or ""]
    return amount if (sign != "-" or amount == 0) and amount <= LARGEST else None


def millis_up(amount: Fraction) -> int:
    """Thousandths, rounded up, as Kubernetes rounds what is asked for."""
    return ceil(amount * 1_000)


def millis_down(amount: Fraction) -> int:
    return int(amount * 1_000)


def mebibytes_up(amount: Fraction) -> int:
    return ceil(amount / MEBIBYTE)


def mebibytes_down(amount: Fraction) -> int:
    """Of what a node has: less is safe."""
    return int(amount / MEBIBYTE)

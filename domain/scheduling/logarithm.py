"""Logarithms as integers, so that scores that need them are the same on every machine."""

from functools import lru_cache

LOG_BITS = 48
LOG_SCALE = 1 << LOG_BITS
"""Logarithms are in units of 1/LOG_SCALE, rounded down (log10: within two units)."""
_GUARD = 160
_LOG10_2 = 84732411018727  # log10(2) · LOG_SCALE, rounded down


@lru_cache(maxsize=1 << 16)
def log2(number: int) -> int:
    """log2 of an integer ≥ 1: a digit for every squaring (Knuth, The Art of Computer Programming 1, 1.2.2)."""
    whole = number.bit_length() - 1
    mantissa = number << _GUARD >> whole  # in [1, 2)
    digits = whole
    for _ in range(LOG_BITS):
        mantissa = mantissa * mantissa >> _GUARD
        digits <<= 1
        if mantissa >> _GUARD >= 2:
            mantissa >>= 1
            digits |= 1
    return digits


def log10(number: int) -> int:
    """log10 of an integer ≥ 1."""
    return log2(number) * _LOG10_2 >> LOG_BITS

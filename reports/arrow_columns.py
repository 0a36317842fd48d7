"""Columns for Arrow out of NumPy arrays, from their buffers: `pa.array` would import pandas first."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

NAME = pa.dictionary(pa.int32(), pa.string())


def whole(numbers: Any, known: Any = None) -> pa.Array:
    """Integers, null where `known` (an array of booleans; left out: all are) is false. A copy."""
    bits = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    kind = pa.from_numpy_dtype(numbers.dtype)
    return pa.Array.from_buffers(kind, len(numbers), [bits, pa.py_buffer(np.array(numbers, order="C"))])


def named(codes: Any, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes as names, −1 as null; names may repeat, Arrow wants each once."""
    unique = list(dict.fromkeys(names))
    if len(unique) < len(names):
        anew = np.array([*(unique.index(name) for name in names), -1], np.int32)
        codes = anew[codes]
    known = codes >= 0
    # No code may point outside, not even a null one.
    return pa.DictionaryArray.from_arrays(whole(np.where(known, codes, 0).astype(np.int32), known), strings(unique))


def constant(name: str, length: int) -> pa.DictionaryArray:
    return named(np.zeros(length, np.int32), [name])


def strings(words: Sequence[str]) -> pa.Array:
    data = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, data)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(data), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(data))])

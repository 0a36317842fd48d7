"""Named random streams: each purpose has its own, so that what one of them draws never moves another."""

from hashlib import blake2b

import numpy as np


class Streams:
    """Streams that depend on (root seed, replication, entity, purpose) and on nothing else.

    Philox counters keyed through numpy's SeedSequence (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
    SC 2011), whose output numpy keeps stable between releases.
    """

    def __init__(self, seed: int, replication: int = 0) -> None:
        self._root = (seed, replication)

    def __call__(self, entity: str, purpose: str) -> np.random.Generator:
        """A fresh generator at the start of the named stream."""
        name = blake2b(f"{entity}\0{purpose}".encode(), digest_size=16).digest()
        words = [int.from_bytes(name[i : i + 4], "little") for i in range(0, 16, 4)]
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([*self._root, *words])))

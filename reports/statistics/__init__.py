"""Statistics of simulation output: pure functions on numbers, which know neither runs nor policies."""

"""Execution: single attempts of jobs on workers, each ending exactly once whoever else still speaks of it."""

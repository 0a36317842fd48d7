"""Pipeline Orchestration: what was asked for, in which order it may run, and how it ended."""

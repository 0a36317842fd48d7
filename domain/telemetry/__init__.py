"""Telemetry: metrics, traces, objectives and alerts; listens to every context and influences none."""

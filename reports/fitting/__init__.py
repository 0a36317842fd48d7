"""From a recorded trace to a workload model: what is fitted, how well it fits, and the scenario that it becomes."""

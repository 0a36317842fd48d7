"""What to run: the scenario file, the workloads it names, and the catalogue of ready-made scenarios."""

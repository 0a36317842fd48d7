"""The discrete-event cluster that the domain runs on: time, randomness, machines and duration, nothing else."""

"""Where a run's time and memory go: the same run, timed, sampled, counted call by call, and with every block traced."""

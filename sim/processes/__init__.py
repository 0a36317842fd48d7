"""What waits in the simulated world: each process sets timers and tells the domain when they ring; none decides."""

"""What goes wrong in the simulated world: each kind of fault has its own module and its own random streams."""

"""A recording replayed on its fleet: what was recorded beside what was simulated, and what that leaves unexplained."""

"""What the parts of a scheduler cost on this machine: loads that stay the same, and ways to do the same thing."""

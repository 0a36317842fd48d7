"""What a capacity plan says: a closed-form first guess, fleets that were tried, the answer, and how it looks."""

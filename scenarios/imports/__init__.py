"""From an imported CI file to a scenario: durations, resources and a fleet are added, and said to be."""

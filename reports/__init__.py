"""What it meant: statistics over results, plots, and reports for people and machines."""

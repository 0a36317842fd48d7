"""Scheduling: which job goes where, whose turn it is, and the offers by which capacity changes hands."""

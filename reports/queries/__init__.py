"""Stored runs as tables that SQL can be asked of: found, checked for a common origin, and locked against writing."""

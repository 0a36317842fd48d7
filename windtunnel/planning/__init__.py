"""Searches the smallest or cheapest fleet that keeps what was promised."""

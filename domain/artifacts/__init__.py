"""Artifact Management: what jobs make and what they reuse, stored once, kept as long as needed, near at hand."""

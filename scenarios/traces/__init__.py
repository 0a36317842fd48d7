"""Recorded workloads: files of jobs that really ran, read into columns and replayed."""

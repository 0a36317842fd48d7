"""GitHub Actions workflows become pipelines: what can be evaluated is, the rest is reported."""

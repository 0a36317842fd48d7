"""The CI/CD platform as pure business rules: no clock, no randomness, no input or output."""

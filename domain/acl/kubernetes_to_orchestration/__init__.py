"""Kubernetes pods and jobs become jobs of a pipeline: what they ask for, and where they may go."""

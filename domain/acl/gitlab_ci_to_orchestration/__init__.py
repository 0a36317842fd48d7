"""GitLab CI files become pipelines: includes, extends and rules are worked out, what they leave open is reported."""

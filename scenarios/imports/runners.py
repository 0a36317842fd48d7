"""Which runner a label stands for: GitHub's and GitLab's hosted ones, as a name in scenarios/presets.yaml.

Sources: "GitHub-hosted runners" (standard runners of private repositories), docs.github.com; "Hosted runners on Linux"
and its neighbours, docs.gitlab.com, both read 2026-11.
"""

import re

from scenarios.presets import presets

LABELS = (
    (re.compile(r"ubuntu-(?:latest|[0-9.]+)-arm"), "linux-arm-2c"),
    (re.compile(r"ubuntu-slim"), "linux-1c"),
    (re.compile(r"ubuntu-(?:latest|[0-9.]+)"), "linux-2c"),
    (re.compile(r"windows-(?:latest|[0-9]+)(?:-vs[0-9]+)?"), "windows-2c"),
    (re.compile(r"macos-(?:latest|[0-9]+)-large"), "macos-12c"),
    (re.compile(r"macos-(?:latest|[0-9.]+)(?:-intel|-xlarge)?"), "macos-3c"),
    (re.compile(r"saas-linux-small-(?:amd64|arm64)|gitlab-org(?:-docker)?"), "linux-2c"),
    (re.compile(r"saas-linux-medium-(?:amd64|arm64)"), "linux-4c"),
    (re.compile(r"saas-linux-large-(?:amd64|arm64)"), "linux-8c"),
    (re.compile(r"saas-linux-xlarge-amd64"), "linux-16c"),
    (re.compile(r"saas-linux-2xlarge-amd64"), "linux-32c"),
    (re.compile(r"saas-windows-medium-amd64"), "windows-2c"),
    (re.compile(r"saas-macos-(?:medium|large)-m[0-9](?:pro)?"), "macos-3c"),
)
"""GitLab's prices are not GitHub's: for its runners only the size counts, and `priced` says so."""

PLAIN = "linux-2c"
"""The size of a runner that nothing is known of."""


def runner_of(labels: tuple[str, ...]) -> str | None:
    """The hosted runner that one of the labels names; None where none does (self-hosted, unknown, untagged)."""
    for label in labels:
        for pattern, runner in LABELS:
            if pattern.fullmatch(label):
                return runner
    return None


def priced(label: str) -> bool:
    """Whether the runner's price is known: GitHub's is."""
    return not label.startswith(("saas-", "gitlab-"))


def capacity_of(runner: str) -> dict[str, str]:
    """Its size as a scenario file writes it."""
    return dict(presets()["runners"][runner]["capacity"])

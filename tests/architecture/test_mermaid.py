"""The checker of diagrams finds what would not be drawn."""

import pytest

from tests.architecture.mermaid import faults


@pytest.mark.parametrize(
    "diagram",
    [
        "stateDiagram-v2\n  [*] --> A\n  A -> B",
        "stateDiagram-v2\n  A --> B: go",
        "stateDiagram-v2\n  [*] --> A B",
        "flowchart LR\n  a[a]\n  a --> b",
        "flowchart LR\n  a[a\n",
        "flowchart LR\n  end[end]",
        "sequenceDiagram\n  a->>b: hi",
    ],
)
def test_a_fault_is_found(diagram: str) -> None:
    assert faults(diagram)


def test_the_innocent_are_left_alone() -> None:
    assert faults("stateDiagram-v2\n  [*] --> A\n  A --> B: go\n  B --> [*]") == []
    assert faults("flowchart LR\n  a[a]\n  b(b)\n  b -->|by a door| a") == []

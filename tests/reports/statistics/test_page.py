"""docs/statistics.md names every figure that a threshold can be about, and its examples are thresholds."""

import re
from pathlib import Path

from scenarios.thresholds import parse_precision, parse_threshold
from scenarios.vocabulary import FIGURES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "statistics.md").read_text(encoding="utf-8")


def test_every_figure_is_in_the_table_with_its_selectors() -> None:
    for name, about in FIGURES.items():
        assert f"| `{name}` | {about.kind} | " in PAGE, name
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {', '.join(about.selectors)} | {about.meaning} |" in line


def test_the_examples_can_be_typed() -> None:
    block = re.search(r"```yaml\nthresholds:\n(.*?)```", PAGE, re.DOTALL)
    assert block
    for line in block[1].splitlines():
        parse_threshold(line.removeprefix("  - ").split(" #")[0])
    for text in re.findall(r"--until '([^']+)'", PAGE):
        parse_precision(text)

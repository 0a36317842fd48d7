"""Writes the tables of docs/performance-types.md from the JSON that pytest-benchmark made of its benchmarks."""

import json
import platform
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance-types.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def tables(report: dict) -> str:
    """One table per group: nanoseconds an operation in the best of the rounds, and what else is known."""
    groups: dict[str, list[dict]] = {}
    for one in report["benchmarks"]:
        groups.setdefault(one["group"], []).append(one)
    lines = [f"Python {platform.python_version()}, {report['machine_info']['cpu']['count']} cores; best of the rounds."]
    for group, members in groups.items():
        more = [key for key in ("bytes", "collections") if key in members[0]["extra_info"]]
        lines += ["", f"**{group}**", "", "| " + " | ".join(["", "ns", *more]) + " |"]
        lines += ["|---" * (2 + len(more)) + "|"]
        for one in members:
            info = one["extra_info"]
            took = one["stats"]["min"] / info["operations"] * 1e9
            lines.append("| " + " | ".join([info["name"], f"{took:,.0f}", *(str(info[key]) for key in more)]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    measured = tables(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    PAGE.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}", encoding="utf-8")

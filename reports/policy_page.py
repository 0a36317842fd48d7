"""The tables of docs/policies.md, made from the policies; `python -m reports.policy_page` puts them there anew."""

from pathlib import Path

from domain.scheduling.policies import LEVEL_FACTS, ROW_FACTS
from reports.policies import QUESTIONS, policy_rows
from reports.scheduling_rules import RULES_ABOUT, rule_rows

PAGE = Path(__file__).parents[1] / "docs" / "policies.md"
BEGIN, END = "<!-- policies: begin (python -m reports.policy_page) -->", "<!-- policies: end -->"


def tables() -> str:
    """One table per question, windtunnel's own policies only."""
    lines: list[str] = []
    rows = [row for row in policy_rows() if not row.plugin]
    for question, about in QUESTIONS.items():
        lines += [f"## `{question}`", "", about, "", "| name | what it does | source | answer depends on | path |",
                  "|---|---|---|---|---|"]  # fmt: skip
        for row in rows:
            if row.question == question:
                what = _cell(f"{row.about} {row.contract}".strip())
                lines.append(f"| `{row.name}` | {what} | {_cell(row.source)} | {row.answers} | {row.path} |")
        lines.append("")
    beside = "Chosen by name as well, but there is nothing to plug in: tests check them."
    lines += ["## Rules beside them", "", beside, "", "| of | name | what it does | source |", "|---|---|---|---|"]
    for row in rule_rows():
        lines.append(f"| {row.question} | `{row.name}` | {_cell(row.about)} | {_cell(row.source)} |")
    lines += ["", *(f"- *{question}*: {about}" for question, about in RULES_ABOUT.items()), ""]
    names = ", ".join(f"`{name}`" for name in LEVEL_FACTS)
    more = ", ".join(f"`{name}`" for name in ROW_FACTS)
    lines += [f"Facts of a node's level: {names}.", "", f"Facts of the node itself: {more}.", ""]
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with what stands between its two marks made anew; raises ValueError when a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name} lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "–"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

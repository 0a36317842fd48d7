"""The table of all scheduling policies, read from their docstrings and asked by the conformance checks."""

import re
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

from domain.scheduling.conformance import check_moving
from domain.scheduling.policies import facts_of, is_per_row
from domain.scheduling.policies.orderings import MOVING
from domain.scheduling.turntaking.kinds import KINDS
from scenarios.plugins import CHECKS, REGISTRIES, plugin_of

QUESTIONS = {
    "allocator": "Whose turn is it? The tenant with the lowest answer; ties go to the one named first.",
    "ordering": "Which of its jobs? The one with the lowest answer; ties go to the one that arrived first.",
    "placement": "On which node? The one with the lowest answer; ties go to the one that came first.",
}
FIXED = {"price", "total_cpu", "total_memory", "total_disk", "total_gpu", "cpu", "memory", "disk", "gpu"}
"""Facts of a node and a job that never change."""
_SOURCE = re.compile(r"\bSources?: (.*?)(?=\.(?: [A-Z]|$)|$)")


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy: what it is called, what it does, where it comes from, and how it is served.

    `answers` says when its answer may change while a job waits; `path` how it is looked up: `fast` where answers are
    kept in order, `readable` where all that may win is asked again each time.
    """

    question: str
    name: str
    about: str
    source: str
    answers: str
    path: str
    conformance: str
    contract: str
    plugin: str = ""


def policy_rows() -> list[PolicyRow]:
    """All that can be named in `scheduling` now, plugins included."""
    return [
        _row(question, name, policy) for question, policies in REGISTRIES.items() for name, policy in policies.items()
    ]


def _row(question: str, name: str, policy: Any) -> PolicyRow:
    text = getdoc(policy) or ""
    about, _, rest = text.partition("\n")
    rest = " ".join(rest.split())
    plugin = plugin_of(question, name)
    if plugin is None:
        complaints = check_moving(policy) if _answers(question, policy) == "time" else CHECKS[question](policy)
    else:
        complaints = next(one for one in plugin.policies if (one.question, one.name) == (question, name)).complaints()
    source = "; ".join(found.rstrip(".") for found in _SOURCE.findall(rest)) or (
        plugin.source if plugin else _in_first_line(about)
    )
    return PolicyRow(
        question=question,
        name=name,
        about=about,
        source=source,
        answers=_answers(question, policy),
        path=_path(question, policy),
        conformance=f"{len(complaints)} complaints" if complaints else "conforms",
        contract=_SOURCE.sub("", rest).strip(" ."),
        plugin=f"{plugin.source} sha256:{plugin.sha256}" if plugin else "",
    )


def _in_first_line(about: str) -> str:
    """A source in brackets at the end of the first line."""
    found = re.search(r"\(([^()]*\d{4}[^()]*)\)\.?$", about)
    return found[1] if found else ""


def _answers(question: str, policy: Any) -> str:
    """What an answer depends on beside what is fixed when the job comes."""
    if question == "ordering":
        return "time" if any(policy is one for one in MOVING.values()) else "static"
    if question == "placement":
        return "history" if is_per_row(policy) else "free room" if set(facts_of(policy)) - FIXED else "static"
    return "turns had" if any(policy is one for one, _ in KINDS) else "holdings"


def _path(question: str, policy: Any) -> str:
    if question == "placement":
        return "readable" if is_per_row(policy) else "fast"
    if question == "ordering":
        return "readable" if any(policy is one for one in MOVING.values()) else "fast"
    return "fast"

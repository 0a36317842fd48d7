"""`if:` of a job: whether it runs after its needs succeeded, and whether after one of them failed."""

from collections.abc import Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.contexts import job_results, with_given
from domain.acl.github_actions_to_orchestration.evaluation import Scope, calls, evaluate
from domain.acl.github_actions_to_orchestration.expressions import Binary, Call, Node, parse
from domain.acl.github_actions_to_orchestration.values import Unknown, truth
from domain.orchestration.terms import Condition

STATUS_FUNCTIONS = ("success", "failure", "cancelled", "always")


class Ancestors(msgspec.Struct, frozen=True):
    """The jobs before: those needed directly, and whether any before them is skipped for sure."""

    needs: Sequence[str]
    skipped: frozenset[str]
    any_skipped: bool  # also further up: it makes success() false (as GitHub's runner does, whatever the docs say)
    any_running: bool  # so that something may fail

    def results(self, ended: str) -> Mapping[str, str | None]:
        """How the needs end when all goes well, or when one of them fails or is cancelled."""
        running = [need for need in self.needs if need not in self.skipped]
        unclear = ended != "success" and len(running) != 1
        return {need: "skipped" if need in self.skipped else None if unclear else ended for need in self.needs}


class Verdict(msgspec.Struct, frozen=True):
    """When the job runs (None: never), and for which reasons that could not be told for sure."""

    condition: Condition | None
    reasons: tuple[str, ...] = ()


def tree_of(condition: Data) -> Node:
    """The condition as a tree, with the success() that GitHub puts before one that asks for no status."""
    text = str(condition).strip()
    if condition is None or condition is True or not text:
        return Call("success", ())
    if condition is False:
        text = "false"
    if text.startswith("${{") and text.endswith("}}") and text.find("}}") == len(text) - 2:
        text = text[3:-2]
    elif "${{" in text:
        text = text.replace("${{", " ").replace("}}", " ")
    tree = parse(text)
    return tree if calls(tree, *STATUS_FUNCTIONS) else Binary("&&", Call("success", ()), tree)


def judge(condition: Data, scope: Scope, before: Ancestors, given: Mapping[str, Data], assume_runs: bool) -> Verdict:
    """Raises SyntaxFlaw where the condition is no expression."""
    tree = tree_of(condition)
    well, reasons = _in(tree, scope, before, given, "success")
    if not before.any_running:  # nothing before it can fail
        if well is None:
            well = assume_runs
        return Verdict("success" if well else None, reasons)
    badly, more = _in(tree, scope, before, given, "failure")
    if well is None and badly is None:  # what it says of how jobs ended decides alone
        well = badly = assume_runs
        if not calls(tree, "always", "cancelled", "failure"):
            badly = False
    elif well is None:
        well = assume_runs
    elif badly is None:
        reasons, badly = more, assume_runs and not well
    if well and badly:
        stopped, _ = _in(tree, scope, before, given, "cancelled")
        return Verdict("always" if stopped else "completed", reasons)
    return Verdict("success" if well else "failure" if badly else None, reasons)


def _in(
    tree: Node, scope: Scope, before: Ancestors, given: Mapping[str, Data], ended: str
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the tree is true when the needs have all succeeded, or one has failed, or all is being cancelled."""
    status = {
        "success": ended == "success" and not before.any_skipped,
        "failure": ended == "failure",
        "cancelled": ended == "cancelled",
        "always": True,
    }
    here = scope.with_contexts(needs=job_results(before.results(ended))).with_status(status)
    value = evaluate(tree, with_given(here, given))
    return truth(value), value.reasons if isinstance(value, Unknown) else ()

"""`if:` of a job: whether it runs after its needs succeeded, and whether after one of them failed."""

from collections.abc import Mapping, Sequence

import msgspec

from domain.acl.ci_to_orchestration.documents import Data
from domain.acl.github_actions_to_orchestration.assumptions import Assumptions
from domain.acl.github_actions_to_orchestration.contexts import job_results, with_given
from domain.acl.github_actions_to_orchestration.evaluation import Pins, Scope, calls, evaluate
from domain.acl.github_actions_to_orchestration.expressions import Binary, Call, Node, parse
from domain.acl.github_actions_to_orchestration.values import Unknown, Value, truth, unknown
from domain.orchestration.terms import Condition

STATUS_FUNCTIONS = ("success", "failure", "cancelled", "always")


class Ancestors(msgspec.Struct, frozen=True):
    """The jobs before: those needed directly, and whether any before them is skipped for sure."""

    needs: Sequence[str]
    skipped: frozenset[str]
    any_skipped: bool  # also further up: it makes success() false (as GitHub's runner does, whatever the docs say)
    any_running: bool  # so that something may fail
    where: str = ""  # the called workflow that they are in

    def results(self, ended: str) -> list[Mapping[str, str | None]]:
        """How the needs may end when all goes well, or when one of them fails or is cancelled: whichever it is."""
        known: dict[str, str | None] = {need: "skipped" if need in self.skipped else None for need in self.needs}
        running = [need for need in self.needs if need not in self.skipped]
        if ended == "success" or not running:
            return [known | dict.fromkeys(running, ended)]
        return [known | {one: ended} for one in running]


class Verdict(msgspec.Struct, frozen=True):
    """When the job runs (None: never), and for which reasons that could not be told for sure."""

    condition: Condition | None
    reasons: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()  # what was taken for known instead


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


def judge(
    condition: Data, scope: Scope, before: Ancestors, given: Mapping[str, Data], assumptions: Assumptions
) -> Verdict:
    """Raises SyntaxFlaw where the condition is no expression."""
    tree = tree_of(condition)
    here = _Judging(tree, scope, before, given, assumptions)
    runs = assumptions.yes_first
    well, found = here.ends("success", runs)
    if not before.any_running:  # nothing before it can fail
        if well is None:
            well = runs
        return here.verdict("success" if well else None, found)
    badly, more = here.ends("failure", runs and not well)
    if well is None and badly is None:  # what it says of how jobs ended decides alone
        well = badly = runs
        if not calls(tree, "always", "cancelled", "failure"):
            badly = False
    elif well is None:
        well = runs
    elif badly is None:
        badly = runs and not well
    if not isinstance(found, Unknown):
        found = more
    if well and badly:
        stopped, _ = here.ends("cancelled", True)
        return here.verdict("always" if stopped else "completed", found)
    return here.verdict("success" if well else "failure" if badly else None, found)


class _Judging(msgspec.Struct, frozen=True):
    """One condition, looked at for each way in which the jobs before may end."""

    tree: Node
    scope: Scope
    before: Ancestors
    given: Mapping[str, Data]
    assumptions: Assumptions

    def ends(self, ended: str, wanted: bool) -> tuple[bool | None, Value]:
        """Whether it is true when the needs have all succeeded, one has failed, or all is being cancelled.

        With it, what came out while nothing was assumed.
        """
        status = {
            "success": ended == "success" and not self.before.any_skipped,
            "failure": ended == "failure",
            "cancelled": ended == "cancelled",
            "always": True,
        }
        here = [
            with_given(
                self.scope.with_contexts(needs=job_results(results, self.before.where)).with_status(status), self.given
            )
            for results in self.before.results(ended)
        ]

        def ask(pins: Pins) -> Value:
            values = [evaluate(self.tree, one.with_pins(pins)) for one in here]
            known = {truth(value) for value in values}
            return values[0] if len(known) == 1 else _either(values)

        value = ask({})
        known = truth(value)
        return (known, known) if known is not None else (self.assumptions.settle(ask, wanted), value)

    def verdict(self, condition: Condition | None, found: Value) -> Verdict:
        if not isinstance(found, Unknown):
            return Verdict(condition)
        return Verdict(condition, found.reasons, self.assumptions.taken(found))


def _either(values: Sequence[Value]) -> Unknown:
    """Unknown, for it depends on which of the needs fails."""
    missing = unknown(*values)
    return missing if missing.reasons else Unknown(("which of the jobs before fails is not known",))

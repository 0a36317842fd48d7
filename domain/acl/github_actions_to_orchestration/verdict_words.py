"""What is said of a job whose condition is open, or that is left out."""

from domain.acl.ci_to_orchestration.documents import Data, listed, scalar_text
from domain.acl.github_actions_to_orchestration.conditions import Ancestors, Verdict


def assumed(verdict: Verdict) -> str:
    """What an open condition is taken for, and because of which answers."""
    taken = {None: "is left out", "failure": "is taken to run when a job before has failed"}
    because = f", because {' and '.join(verdict.taken)} in all of this import" if verdict.taken else ""
    return taken.get(verdict.condition, "is taken to run") + because


def why_not(job: Data, before: Ancestors, verdict: Verdict) -> str:
    """Why a job is left out: by its own condition, or by what it needs."""
    if verdict.reasons:
        return f"its condition is taken to be false ({_written(job.get('if'))})"
    if before.any_skipped and not before.any_running:
        return f"it needs {listed(sorted(before.skipped)) or 'what does not run'}, left out as well"
    if before.skipped:
        needed = listed(sorted(before.skipped))
        return f"it needs {needed}, left out as well, and its condition does not hold ({_written(job.get('if'))})"
    return f"its condition is false ({_written(job.get('if'))})"


def _written(condition: Data) -> str:
    """A condition on one line."""
    text = " ".join(scalar_text(condition).split())
    return "no if" if not text else f"if: {text}" if len(text) <= 160 else f"if: {text[:159]}…"

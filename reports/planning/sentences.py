"""What a plan says in sentences."""

from collections.abc import Sequence

from reports.findings import Judgement
from reports.planning.findings import Trial, Verdict
from reports.unit_words import in_unit, interval_words
from reports.wording import percent, several


def answer_words(
    verdict: Verdict,
    answer: Trial | None,
    smaller: Sequence[Trial],
    confidence: float,
    between: tuple[int, int] | None = None,
) -> str:
    sure = f"with {percent(confidence)} confidence"
    if answer is None:
        return "Nothing was tried."
    if verdict in ("infeasible", "cannot tell"):
        why = "; ".join(_missed(each) for each in answer.judgements if each.outcome != "pass")
        if verdict == "infeasible":
            return f"No fleet in range meets the thresholds {sure}. The best is {answer.words}: {why}."
        return f"One cannot tell whether any fleet in range meets the thresholds. The best is {answer.words}: {why}."
    head = f"{answer.words} meets the thresholds {sure}"
    if verdict == "found":
        return f"{head}, and one less of {'anything' if len(answer.counts) > 1 else 'it'} does not." if smaller else (
            f"{head}; it is the smallest fleet in range."
        )  # fmt: skip
    lies = f" The smallest that would do lies between {between[0]} and {between[1]}." if between else ""
    doubts = ", ".join(trial.words for trial in smaller if trial.outcome != "fail")
    return f"{head}; whether {doubts} would do too, one cannot tell: more replications or a longer run may.{lies}"


def _missed(each: Judgement) -> str:
    found = in_unit(each.estimate.value, each.unit)
    between = interval_words(each.estimate, each.unit)
    return f"{each.threshold} {'fails' if each.outcome == 'fail' else 'cannot be told'} at {found} ({between})"


def confirmation_words(confirmed: bool, seed: int, trials: Sequence[Trial]) -> str:
    first, *rest = trials
    said = {"pass": "meets the thresholds again", "fail": "fails this time", "inconclusive": "cannot be told this time"}
    words = f"On other random numbers (seed {seed}, {several(first.replications, 'replication')}) {first.words} "
    words += said[first.outcome]
    less = {"pass": "passes", "fail": "fails", "inconclusive": "cannot be told"}
    words += "".join(f"; {trial.words} {less[trial.outcome]}" for trial in rest)
    return f"{'Confirmed' if confirmed else 'Not confirmed'}. {words}."

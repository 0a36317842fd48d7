"""How a policy decides, in words: only the settings that made a difference to its run."""

from collections.abc import Mapping

from reports.wording import duration

ORDERINGS_BY_ESTIMATE = ("critical-path", "f1", "ljf", "sjf", "unicep", "wfp3")
BACKFILLS_BY_ESTIMATE = ("conservative", "easy")
PLACEMENTS_BY_ESTIMATE = ("pack-by-departure",)


def decisions(scheduling: Mapping[str, str]) -> dict[str, str]:
    """Setting → words of a result's `scheduling`.

    `estimates` matter only to a choice by run time; offers are held, and may run out, only while a scheduler thinks.
    """
    always = ("allocator", "ordering", "placement", "offer_ttl", "decision_time", "estimates")
    words = {key: scheduling[key] for key in always if key in scheduling}
    words |= {key: value for key, value in scheduling.items() if key not in words}
    backfill = words.get("backfill", "none")
    by_estimate = words.get("placement") in PLACEMENTS_BY_ESTIMATE or backfill in BACKFILLS_BY_ESTIMATE
    if backfill == "none":
        words.pop("backfill", None)
        words.pop("backfill_options", None)
    if words.get("ordering") not in ORDERINGS_BY_ESTIMATE and not by_estimate:
        words.pop("estimates", None)
    thinks = _us(words.get("decision_time", "0"))
    for key in ("offer_ttl", "decision_time"):
        if key in words:
            words[key] = duration(_us(words[key]))
            if not thinks:
                del words[key]
    return words


def _us(text: str) -> int:
    return int(text) if text.isdecimal() else 0

"""How a policy decides, in words: only the settings that made a difference to its run."""

from collections.abc import Mapping

from reports.wording import duration

ORDERINGS_BY_ESTIMATE = ("sjf",)


def decisions(scheduling: Mapping[str, str]) -> dict[str, str]:
    """Setting → words of a result's `scheduling`.

    `estimates` matter only to an ordering by run time; offers are held, and may run out, only while a scheduler thinks.
    """
    always = ("allocator", "ordering", "placement", "offer_ttl", "decision_time", "estimates")
    words = {key: scheduling[key] for key in always if key in scheduling}
    words |= {key: value for key, value in scheduling.items() if key not in words}
    if words.get("ordering") not in ORDERINGS_BY_ESTIMATE:
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

"""Does a node suit a job? Constraints against attributes, tolerations against taints: every context answers alike."""

from collections.abc import Iterable, Mapping

from domain.shared.requirements import EFFECTS, Constraint, Requirements, Taint, Toleration


def holds(constraint: Constraint, attributes: Mapping[str, str]) -> bool:
    """Whether a node with these attributes satisfies the constraint.

    As in Kubernetes' node affinity: a key that is not there satisfies Ne, NotIn and DoesNotExist, and nothing else.
    Gt, Ge, Lt and Le compare whole numbers; text that is none compares to nothing.
    """
    operator, values = constraint.operator, constraint.values
    if operator == "Exists":
        return constraint.key in attributes
    if operator == "DoesNotExist":
        return constraint.key not in attributes
    found = attributes.get(constraint.key)
    if operator in ("Ne", "NotIn"):
        return found is None or found not in values
    if found is None:
        return False
    if operator in ("Eq", "In"):
        return found in values
    left, right = whole(found), whole(values[0])
    if left is None or right is None:
        return False
    if operator == "Gt":
        return left > right
    if operator == "Ge":
        return left >= right
    return left < right if operator == "Lt" else left <= right


def whole(text: str) -> int | None:
    """The whole number that a text spells, or None: digits with at most one sign before them."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether a toleration covers a taint: an empty effect covers every effect, an empty key with Exists every key."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.operator == "Exists":
        return not toleration.key or toleration.key == taint.key
    return toleration.key == taint.key and toleration.value == taint.value


def tolerated(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    return any(tolerates(one, taint) for one in tolerations)


def obstacle(
    runs_on: Iterable[str], requirements: Requirements, labels: frozenset[str], attributes: Iterable[tuple[str, str]],
    taints: Iterable[Taint],
) -> str:  # fmt: skip
    """The first thing about a node, its size aside, that keeps a job away: "" where nothing does.

    `label:<name>`, `constraint:<key>` or `taint:<key>`. A bare label is an attribute with the value "".
    """
    for label in runs_on:
        if label not in labels:
            return f"label:{label}"
    if requirements.constraints:
        known = {**dict.fromkeys(labels, ""), **dict(attributes)}
        for constraint in requirements.constraints:
            if not holds(constraint, known):
                return f"constraint:{constraint.key}"
    for taint in taints:
        if taint.effect != "PreferNoSchedule" and not tolerated(requirements.tolerations, taint):
            return f"taint:{taint.key}"
    return ""


def disliked(requirements: Requirements, taints: Iterable[Taint]) -> int:
    """How many PreferNoSchedule taints of a node the job does not tolerate."""
    soft = [taint for taint in taints if taint.effect == "PreferNoSchedule"]
    return sum(not tolerated(requirements.tolerations, taint) for taint in soft)


def as_text(taint: Taint) -> str:
    """`key=value:Effect`, or `key:Effect` where there is no value: how events carry a taint."""
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def parse_taint(text: str) -> Taint:
    """The taint that `as_text` wrote; raises ValueError for anything else."""
    body, colon, effect = text.rpartition(":")
    key, _, value = body.partition("=")
    for known in EFFECTS:
        if colon and key and effect == known:
            return Taint(key, value, known)
    raise ValueError(f"a taint is key=value:Effect with an effect of {', '.join(EFFECTS)}, not {text!r}")


def parse_attribute(text: str) -> tuple[str, str]:
    """Key and value of `key=value`; a text without `=` is a key with the value ""."""
    key, _, value = text.partition("=")
    return key, value

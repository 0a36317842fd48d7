"""What Kubernetes manifests must be like, as far as they are read.

Source: Kubernetes API reference, kubernetes.io, read 2026-11.
"""

from collections.abc import Iterator

from domain.acl.ci_to_orchestration.documents import Data, Flaw, Path, as_mapping, show
from domain.acl.ci_to_orchestration.shapes import (
    ANYTHING,
    BOOLEAN,
    OPTIONAL_SCALAR,
    SCALAR,
    TEXT,
    Shape,
    either,
    listing,
    plain,
    record,
    word,
)
from domain.acl.kubernetes_to_orchestration.quantities import ALLOWED, quantity
from domain.shared.requirements import EFFECTS

MOST_SECONDS = 31_536_000 * 10


def whole(least: int, most: int) -> Shape:
    """A whole number within these limits."""
    allowed = f"a whole number from {least:,} to {most:,}"

    def check(value: Data, path: Path) -> Iterator[Flaw]:
        if not isinstance(value, int) or not least <= value <= most:
            yield Flaw(path, show(value), allowed)

    return Shape(frozenset({"number"}), allowed, check)


def _or_nothing(shape: Shape) -> Shape:
    return either(shape, plain("null"))


_SCALARS = _or_nothing(record({}, extra=OPTIONAL_SCALAR, what="a mapping of names to values"))


def _is_quantity(value: Data, path: Path) -> Iterator[Flaw]:
    if quantity(value) is None:
        yield Flaw(path, show(value), ALLOWED)


def _within_limits(value: Data, path: Path) -> Iterator[Flaw]:
    for name, asked in as_mapping(value.get("requests")).items():
        limit = as_mapping(value.get("limits")).get(name)
        most, amount = quantity(limit), quantity(asked)
        if most is not None and amount is not None and amount > most:
            yield Flaw((*path, "requests", name), show(asked), f"at most its limit, {show(limit)}")


_AMOUNTS = _or_nothing(
    record(
        {}, extra=Shape(frozenset({"text", "number"}), ALLOWED, _is_quantity), what="a mapping of resources to amounts"
    )
)
_ASKED = _or_nothing(
    record(
        {"requests": _AMOUNTS, "limits": _AMOUNTS}, extra=ANYTHING, rules=(_within_limits,), what="requests and limits"
    )
)
_CONTAINER = record({"resources": _ASKED, "restartPolicy": TEXT}, extra=ANYTHING, what="a container")
_EXPRESSION = record(
    {
        "key": TEXT,
        "operator": word("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
        "values": _or_nothing(listing(SCALAR)),
    },
    ("key", "operator"),
    what="a mapping with key, operator and values",
)


def _compares_with_a_number(value: Data, path: Path) -> Iterator[Flaw]:
    values = value.get("values") or []
    match value.get("operator"):
        case "Gt" | "Lt" if len(values) != 1 or not str(values[0]).lstrip("+-").isdecimal():
            yield Flaw((*path, "values"), show(values), "one whole number")
        case "In" | "NotIn" if not values:
            yield Flaw((*path, "values"), show(values), "at least one value")
        case "Exists" | "DoesNotExist" if values:
            yield Flaw((*path, "values"), show(values), "no values")


_TERM = record(
    {"matchExpressions": _or_nothing(listing(record({}, extra=ANYTHING, rules=(_EXPRESSION.check,
                                                                               _compares_with_a_number))))},
    extra=ANYTHING, what="a mapping with matchExpressions",
)  # fmt: skip
_NODE_AFFINITY = record(
    {
        "requiredDuringSchedulingIgnoredDuringExecution": _or_nothing(
            record({"nodeSelectorTerms": listing(_TERM, least=1)}, ("nodeSelectorTerms",), what="nodeSelectorTerms")
        ),
        "preferredDuringSchedulingIgnoredDuringExecution": _or_nothing(listing(plain("mapping"))),
    },
    what="required… or preferred… terms",
)
_SELECTOR = _or_nothing(
    record(
        {"matchLabels": _SCALARS, "matchExpressions": _or_nothing(listing(plain("mapping")))}, what="a label selector"
    )
)
_POD_TERM = record({"topologyKey": TEXT, "labelSelector": _SELECTOR}, ("topologyKey",), extra=ANYTHING, what="a term")
_POD_AFFINITY = record(
    {
        "requiredDuringSchedulingIgnoredDuringExecution": _or_nothing(listing(_POD_TERM)),
        "preferredDuringSchedulingIgnoredDuringExecution": _or_nothing(
            listing(record({"weight": whole(1, 100), "podAffinityTerm": _POD_TERM}, ("weight", "podAffinityTerm")))
        ),
    },
    what="required… or preferred… terms",
)


def _has_key_or_exists(value: Data, path: Path) -> Iterator[Flaw]:
    exists = value.get("operator") == "Exists"
    if not value.get("key") and not exists:
        yield Flaw((*path, "key"), show(value.get("key")), "a key, unless the operator is Exists")
    if exists and value.get("value"):
        yield Flaw((*path, "value"), show(value["value"]), "no value beside Exists")


_TOLERATION = record(
    {
        "key": _or_nothing(TEXT),
        "operator": _or_nothing(word("Equal", "Exists")),
        "value": OPTIONAL_SCALAR,
        "effect": _or_nothing(word(*EFFECTS)),
    },
    extra=ANYTHING,
    rules=(_has_key_or_exists,),
    what="a toleration: a mapping",
)
_SPREAD = record(
    {
        "maxSkew": whole(1, 1_000_000),
        "topologyKey": TEXT,
        "whenUnsatisfiable": word("DoNotSchedule", "ScheduleAnyway"),
        "labelSelector": _SELECTOR,
    },
    ("maxSkew", "topologyKey", "whenUnsatisfiable"),
    extra=ANYTHING,
    what="a mapping",
)
POD = record(
    {
        "containers": listing(_CONTAINER, least=1),
        "initContainers": _or_nothing(listing(_CONTAINER)),
        "resources": _ASKED,
        "overhead": _AMOUNTS,
        "nodeSelector": _SCALARS,
        "affinity": _or_nothing(
            record(
                {
                    "nodeAffinity": _or_nothing(_NODE_AFFINITY),
                    "podAffinity": _or_nothing(_POD_AFFINITY),
                    "podAntiAffinity": _or_nothing(_POD_AFFINITY),
                },
                what="a mapping",
            )
        ),
        "tolerations": _or_nothing(listing(_TOLERATION)),
        "topologySpreadConstraints": _or_nothing(listing(_SPREAD)),
        "priority": _or_nothing(whole(-(2**31), 2**31 - 1)),
        "priorityClassName": _or_nothing(TEXT),
        "activeDeadlineSeconds": _or_nothing(whole(1, MOST_SECONDS)),
        "restartPolicy": _or_nothing(word("Always", "OnFailure", "Never")),
    },
    ("containers",),
    extra=ANYTHING,
    what="the spec of a pod, a mapping",
)
METADATA = _or_nothing(record({"labels": _SCALARS, "name": SCALAR, "generateName": SCALAR}, extra=ANYTHING))
TEMPLATE = record({"metadata": METADATA, "spec": POD}, ("spec",), extra=ANYTHING, what="a template, a mapping")
MOST_COPIES = 1_000


def _no_more_at_once(value: Data, path: Path) -> Iterator[Flaw]:
    if value.get("suspend") is not True and value.get("parallelism") == 0:
        yield Flaw((*path, "parallelism"), "0", "at least 1: none of its pods would run (suspend: true leaves it out)")


def _restarts(value: Data, path: Path) -> Iterator[Flaw]:
    """A Job's pods end."""
    template = value.get("template")
    if as_mapping(as_mapping(template).get("spec")).get("restartPolicy") == "Always":
        where = (*path, "template", "spec", "restartPolicy")
        yield Flaw(where, '"Always"', "Never or OnFailure, in a Job")


JOB = record(
    {
        "template": TEMPLATE,
        "parallelism": _or_nothing(whole(0, MOST_COPIES)),
        "completions": _or_nothing(whole(1, MOST_COPIES)),
        "backoffLimit": _or_nothing(whole(0, 1_000_000_000)),
        "activeDeadlineSeconds": _or_nothing(whole(1, MOST_SECONDS)),
        "suspend": _or_nothing(BOOLEAN),
    },
    ("template",),
    extra=ANYTHING,
    rules=(_no_more_at_once, _restarts),
    what="the spec of a Job, a mapping",
)
CRON = record(
    {
        "jobTemplate": record({"spec": JOB}, ("spec",), extra=ANYTHING, what="a template, a mapping"),
        "suspend": _or_nothing(BOOLEAN),
        "schedule": TEXT,
    },
    ("jobTemplate",),
    extra=ANYTHING,
    what="the spec of a CronJob, a mapping",
)
NODE = record(
    {
        "metadata": METADATA,
        "spec": _or_nothing(
            record(
                {
                    "unschedulable": _or_nothing(BOOLEAN),
                    "taints": _or_nothing(
                        listing(
                            record(
                                {"key": TEXT, "effect": word(*EFFECTS), "value": OPTIONAL_SCALAR}, ("key", "effect"),
                                extra=ANYTHING, what="a taint: a mapping",
                            )
                        )
                    ),
                },
                extra=ANYTHING,
            )
        ),
        "status": _or_nothing(
            record(
                {
                    "capacity": _AMOUNTS,
                    "allocatable": _AMOUNTS,
                    "conditions": _or_nothing(listing(record({"type": TEXT}, ("type",), extra=ANYTHING))),
                },
                extra=ANYTHING,
            )
        ),
    },
    extra=ANYTHING,
    what="a node, a mapping",
)  # fmt: skip

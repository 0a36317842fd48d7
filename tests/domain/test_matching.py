"""Does a node suit a job: constraints and taints mean what users of Kubernetes expect, and a refusal has its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.constraints import hosts, penalty, refusal
from domain.scheduling.demand import Shape
from domain.scheduling.index import NodeIndex, NodeScan
from domain.scheduling.kinds import NodeKind
from domain.scheduling.ledger import READY, CapacityLedger
from domain.scheduling.policies import PLACEMENTS
from domain.shared.matching import as_text, holds, obstacle, parse_attribute, parse_taint, tolerates
from domain.shared.requirements import EFFECTS, OPERATORS, Constraint, Requirements, Taint, Toleration
from domain.shared.resources import Resources

KEYS = st.sampled_from(["arch", "cores", "zone"])
VALUES = st.sampled_from(["", "a", "7", "8", "-8", "+8", "08", "8.0", " 8", "٨", "9" * 30])
ATTRIBUTES = st.dictionaries(KEYS, VALUES)
CONSTRAINTS = st.builds(
    Constraint, KEYS, st.sampled_from(OPERATORS), st.lists(VALUES, min_size=1, max_size=3).map(tuple)
)
TAINTS = st.builds(Taint, KEYS, st.sampled_from(["", "a", "b"]), st.sampled_from(EFFECTS))
TOLERATIONS = st.builds(
    Toleration, st.sampled_from(["", "arch", "cores", "zone"]), st.sampled_from(["Eq", "Exists"]),
    st.sampled_from(["", "a", "b"]), st.sampled_from(["", *EFFECTS]),
)  # fmt: skip


def number(text: str) -> int | None:
    """What an integer looks like: ASCII digits, perhaps signed, of a length that fits 64 bits."""
    bare = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    return int(text) if bare and set(bare) <= set("0123456789") and len(bare) <= 18 else None


def naive(constraint: Constraint, attributes: dict[str, str]) -> bool:
    """The definition, one operator after the other."""
    there, found = constraint.key in attributes, attributes.get(constraint.key, "")
    if constraint.operator in ("Gt", "Ge", "Lt", "Le"):
        left, right = number(found), number(constraint.values[0])
        if not there or left is None or right is None:
            return False
        return {"Gt": left > right, "Ge": left >= right, "Lt": left < right, "Le": left <= right}[constraint.operator]
    return {
        "Exists": there,
        "DoesNotExist": not there,
        "Eq": there and found in constraint.values,
        "In": there and found in constraint.values,
        "Ne": not there or found not in constraint.values,
        "NotIn": not there or found not in constraint.values,
    }[constraint.operator]


@given(CONSTRAINTS, ATTRIBUTES)
def test_a_constraint_says_what_its_definition_says(constraint: Constraint, attributes: dict[str, str]) -> None:
    assert holds(constraint, attributes) == naive(constraint, attributes)


@pytest.mark.parametrize(
    ("operator", "opposite"), [("Eq", "Ne"), ("In", "NotIn"), ("Exists", "DoesNotExist")],
)  # fmt: skip
@given(KEYS, VALUES, ATTRIBUTES)
def test_every_operator_but_the_comparisons_has_its_opposite(operator, opposite, key, value, attributes) -> None:
    assert holds(Constraint(key, operator, (value,)), attributes) != holds(
        Constraint(key, opposite, (value,)), attributes
    )


@pytest.mark.parametrize(
    ("toleration", "covered"),
    [
        (Toleration("spot"), {"spot:NoSchedule", "spot:NoExecute"}),
        (Toleration("spot", "Eq", "yes"), {"spot=yes:NoSchedule"}),
        (Toleration("spot", "Exists"), {"spot:NoSchedule", "spot:NoExecute", "spot=yes:NoSchedule"}),
        (Toleration("spot", "Exists", "ignored"), {"spot:NoSchedule", "spot:NoExecute", "spot=yes:NoSchedule"}),
        (Toleration("spot", "Exists", "", "NoExecute"), {"spot:NoExecute"}),
        (Toleration("", "Exists"), {"spot:NoSchedule", "spot:NoExecute", "spot=yes:NoSchedule", "gpu:NoSchedule"}),
        (Toleration("", "Exists", "", "NoSchedule"), {"spot:NoSchedule", "spot=yes:NoSchedule", "gpu:NoSchedule"}),
        (Toleration(), set()),
    ],
)  # fmt: skip
def test_what_a_toleration_covers(toleration: Toleration, covered: set[str]) -> None:
    """Exists ignores the value, an empty effect means any, an empty key with Exists means any key, with Eq none."""
    taints = ("spot:NoSchedule", "spot:NoExecute", "spot=yes:NoSchedule", "gpu:NoSchedule")
    assert {text for text in taints if tolerates(toleration, parse_taint(text))} == covered


@given(TAINTS)
def test_a_taint_survives_its_text(taint: Taint) -> None:
    assert parse_taint(as_text(taint)) == taint


@pytest.mark.parametrize("text", ["", "spot", ":NoSchedule", "spot:Never", "spot:", "spot=NoSchedule"])
def test_what_is_no_taint_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="key=value:Effect"):
        parse_taint(text)


def test_an_attribute_may_have_no_value_and_a_value_may_have_an_equals_sign() -> None:
    assert [parse_attribute(text) for text in ("a=b", "a", "a=b=c", "a=")] == [
        ("a", "b"), ("a", ""), ("a", "b=c"), ("a", ""),
    ]  # fmt: skip


def test_a_label_is_an_attribute_without_a_value() -> None:
    needs = Requirements(constraints=(Constraint("linux", "Exists"), Constraint("linux", "Eq", ("",))))
    assert obstacle((), needs, frozenset({"linux"}), (), ()) == ""
    assert obstacle((), needs, frozenset(), (), ()) == "constraint:linux"


CPU = Resources(1000, 1024)
GIVEN = NodeKind(
    CPU * 4, frozenset({"linux"}), (("arch", "arm64"),), (Taint("spot"), Taint("slow", "", "PreferNoSchedule"))
)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (Shape(CPU, ("linux", "gpu")), "label:gpu"),
        (Shape(CPU, (), Requirements((Constraint("arch", "In", ("amd64",)),))), "constraint:arch"),
        (Shape(CPU, ("linux",)), "taint:spot"),
        (Shape(CPU * 5, (), Requirements(tolerations=(Toleration("spot"),))), "resources"),
        (Shape(CPU * 4, (), Requirements(tolerations=(Toleration("spot"),))), ""),
        (Shape(CPU * 4, (), Requirements((Constraint("arch", "Ne", ("x",)),), (Toleration("", "Exists"),))), ""),
    ],
)
def test_every_refusal_has_its_reason(shape: Shape, reason: str) -> None:
    assert refusal(shape, GIVEN) == reason
    assert hosts(shape, GIVEN) == (not reason)


def test_what_is_not_liked_is_not_refused_and_tolerating_it_costs_nothing() -> None:
    assert penalty(Shape(CPU, ()), GIVEN) == 1
    assert penalty(Shape(CPU, (), Requirements(tolerations=(Toleration("slow", "Exists"),))), GIVEN) == 0


REQUIREMENTS = st.builds(
    Requirements, st.lists(CONSTRAINTS, max_size=2).map(tuple), st.lists(TOLERATIONS, max_size=3).map(tuple)
)
KINDS = st.builds(
    NodeKind, st.sampled_from([CPU * 2, CPU * 4]), st.sets(st.sampled_from(["linux", "gpu"])).map(frozenset),
    ATTRIBUTES.map(lambda known: tuple(known.items())), st.lists(TAINTS, max_size=2).map(tuple),
)  # fmt: skip
SHAPES = st.builds(Shape, st.sampled_from([CPU, CPU * 3]), st.sampled_from([(), ("linux",)]), REQUIREMENTS)


@given(st.lists(KINDS, min_size=1, max_size=6), st.lists(SHAPES, min_size=1, max_size=4), st.data())
def test_the_index_places_what_has_requirements_as_the_scan_does(kinds, shapes, data) -> None:
    """Also when nodes change their kind, and whichever comes first."""
    ledger = CapacityLedger()
    both = [choice(ledger, PLACEMENTS["best-fit"]) for choice in (NodeIndex, NodeScan)]
    for shape in shapes[:1]:
        for one in both:
            one.add_shape(shape)
    for kind in kinds:
        row = ledger.open_row(kind.capacity)
        for one in both:
            one.describe(row, kind)
        ledger.state[row] = READY
        for one in both:
            one.touch(row)
    for shape in shapes[1:]:
        for one in both:
            one.add_shape(shape)
    for _ in range(3):
        for number, shape in enumerate(shapes):
            likes = [(penalty(shape, kinds[row]), row) for row in range(len(kinds)) if hosts(shape, kinds[row])]
            found = both[0].best(number)
            assert found == both[1].best(number)
            assert (found >= 0) == bool(likes)
            assert not likes or penalty(shape, kinds[found]) == min(likes)[0], "not liked is worse than any score"
        row = data.draw(st.integers(0, len(kinds) - 1))
        kinds[row] = NodeKind(kinds[row].capacity, kinds[row].labels, kinds[row].attributes, data.draw(KINDS).taints)
        for one in both:
            one.describe(row, kinds[row])

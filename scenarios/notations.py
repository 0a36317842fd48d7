"""Short texts about places: constraints, taints, tolerations and attributes as they are written in a scenario."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from domain.shared.requirements import EFFECTS, Constraint, Taint, Toleration

_KEY = "[A-Za-z0-9_.][A-Za-z0-9_./-]{0,98}"
_VALUE = "[A-Za-z0-9_.+-][A-Za-z0-9_./+-]{0,98}"
_EFFECT = "|".join(EFFECTS)
_LARGEST = 10**15


@dataclass(frozen=True)
class Notation:
    """One way of writing: its pattern for Python and for JSON Schema, and what to say of a text that is none.

    `numbers` may be written bare, and become texts.
    """

    pattern: str
    allowed: str
    numbers: bool = False

    def validate(self, value: object) -> str:
        """Raises ValueError for anything else than such a text."""
        if self.numbers and type(value) is int and abs(value) < _LARGEST:
            return str(value)
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise ValueError("not of this form")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        kind = ["string", "integer"] if self.numbers else "string"
        return {"type": kind, "pattern": self.pattern, "patternErrorMessage": f"allowed: {self.allowed}"}


ConstraintText = Annotated[str, Notation(
    rf"^{_KEY} (?:Exists|DoesNotExist|(?:Eq|Ne) {_VALUE}|(?:Gt|Ge|Lt|Le) -?[0-9]{{1,15}}|"
    rf"(?:In|NotIn) {_VALUE}(?:, ?{_VALUE}){{0,98}})$",
    "a condition such as arch In arm64,amd64 or cores Ge 8 or ssd Exists (Eq, Ne, Gt, Ge, Lt, Le, In, NotIn, Exists, "
    "DoesNotExist)",
)]  # fmt: skip
TaintText = Annotated[str, Notation(
    rf"^{_KEY}(?:={_VALUE})?:(?:{_EFFECT})$", f"key:Effect or key=value:Effect, the effect {', '.join(EFFECTS)}",
)]  # fmt: skip
TolerationText = Annotated[str, Notation(
    rf"^(?:\*|{_KEY}(?:={_VALUE})?)(?::(?:{_EFFECT}))?$",
    f"key, key=value or * for every key, and then perhaps :Effect ({', '.join(EFFECTS)})",
)]  # fmt: skip
NearText = Annotated[str, Notation(
    "^(?:pipeline|tenant|(?:label|tenant|cache):[!-~](?:[ -~]{0,118}[!-~])?)$",
    "pipeline or tenant (the job's own), label:NAME, tenant:NAME or cache:KEY",
)]  # fmt: skip
KeyText = Annotated[str, Notation(f"^{_KEY}$", "a key of letters, digits and _ . / -")]
ValueText = Annotated[str, Notation(f"^{_VALUE}$", "a value of letters, digits and _ . / + -", numbers=True)]


def constraint(text: str) -> Constraint:
    """The constraint that a text, already judged valid, says."""
    key, operator, *rest = text.split(" ", 2)
    values = tuple(value.strip() for value in rest[0].split(",")) if rest else ()
    return Constraint(key, operator, values)  # type: ignore[arg-type]  # its pattern allows operators only


def taint(text: str) -> Taint:
    """The taint that a text, already judged valid, says."""
    body, _, effect = text.rpartition(":")
    key, _, value = body.partition("=")
    return Taint(key, value, effect)  # type: ignore[arg-type]  # its pattern allows effects only


def toleration(text: str) -> Toleration:
    """The toleration that a text, already judged valid, says: without a value it covers every value."""
    body, _, effect = text.partition(":")
    if body == "*":
        return Toleration("", "Exists", "", effect)
    key, equals, value = body.partition("=")
    return Toleration(key, "Eq" if equals else "Exists", value, effect)

"""Names and texts in a scenario: one line, printable, so that tables and paths can show them."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff"


@dataclass(frozen=True)
class Printable:
    """Texts without control, direction or line break characters; `name`s are short and neither start nor end blank."""

    name: bool

    @cached_property
    def pattern(self) -> str:
        if not self.name:
            return rf"^[^{_CONTROL}]{{0,2000}}\n?$"  # folded YAML text ends with a line break
        end = rf"[^{_CONTROL}\s]"
        return f"^{end}(?:[^{_CONTROL}]{{0,118}}{end})?$"

    @cached_property
    def allowed(self) -> str:
        return "a name of 1 to 120 printable characters" if self.name else "text of up to 2000 printable characters"

    def validate(self, value: object) -> str:
        """Raises ValueError for anything else than such a text."""
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value.removesuffix("\n")
        raise ValueError("not printable")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern, "patternErrorMessage": f"allowed: {self.allowed}"}


Name = Annotated[str, Printable(name=True)]
Text = Annotated[str, Printable(name=False)]

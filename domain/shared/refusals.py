"""A refusal is a business outcome with a named reason: it is returned, never raised."""

import msgspec


class Refused(msgspec.Struct, frozen=True):
    """The answer no: the rule that said it (`reason`, a short kebab-case name) and what it looked at (`detail`)."""

    reason: str
    detail: str = ""

"""Quantities as people write them (`1h30m`, `4cpu`, `16GiB`, `$0.012/min`, `40/h`), read exactly into base units.

Times become whole microseconds, CPUs and GPUs thousandths, memory and disk mebibytes, prices micro-dollars per hour,
percentages millionths, bandwidths kibibytes per second; only rates, which feed random draws and decide nothing, become
floats per hour. A number without a unit is refused, 0 included: one rule, and no guessing. Each quantity is also
pydantic metadata, so that the same table gives the parser, the JSON Schema pattern, the error message and the reference
in the documentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

FROM_FILE = "from file"
"""Validation context in which bare numbers are refused; without it (Python code) integers are in base units."""

_NUMBER = r"[0-9]{1,18}(?:\.[0-9]{1,18})?"


class QuantityError(ValueError):
    """A text is not a quantity of this kind; `why` says more, and is "" where there is no more to say."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, eq=False)
class Quantity:
    """One kind of quantity: how it is written and what its base unit is.

    `units` maps each unit to its worth in base units, the largest (where not `compound`: the preferred) first;
    `mistaken` maps units that people try to what to tell them; `largest` bounds the result in base units; `compound`
    quantities add up (`1h30m`); `also` are further spellings of units.
    """

    what: str
    base: str
    units: Mapping[str, Fraction]
    examples: tuple[str, ...]
    largest: int
    mistaken: Mapping[str, str]
    prefix: str = ""
    compound: bool = False
    also: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    positive: bool = False

    @cached_property
    def pattern(self) -> str:
        """Regular expression (Python and ECMA 262) of a whole text of this kind."""
        if self.compound:
            body = "".join(f"(?:{_NUMBER} ?{self._spellings(unit)} ?)?" for unit in self.units)
            return f"^(?=.*[{'1-9' if self.positive else '0-9'}]){body}(?<! )$"
        sign = re.escape(self.prefix)
        return f"^{'(?=.*[1-9])' if self.positive else ''}{sign}{_NUMBER} ?(?:{self._any_unit})$"

    @cached_property
    def _any_unit(self) -> str:
        return "|".join(sorted((*self.units, *self.also), key=len, reverse=True))

    def _spellings(self, unit: str) -> str:
        known = [unit, *(other for other, same in self.also.items() if same == unit)]
        return known[0] if len(known) == 1 else f"(?:{'|'.join(sorted(known, key=len, reverse=True))})"

    @cached_property
    def allowed(self) -> str:
        """What may be written, as error messages and editors say it."""
        *most, last = self.examples
        text = f"{self.what} with a unit such as {', '.join(most)} or {last}"
        return f"{text}, more than 0" if self.positive else text

    def parse(self, text: object) -> int | float:
        """The worth of `text` in base units; raises QuantityError with the reason."""
        if not isinstance(text, str):
            raise QuantityError()
        if len(text) > 200 or not re.fullmatch(self.pattern, text):
            raise QuantityError(self._why_not(text))
        parts = re.findall(rf"({_NUMBER}) ?({self._any_unit})", text)
        return self._bounded(
            sum((Fraction(number) * self.units[self.also.get(unit, unit)] for number, unit in parts), Fraction(0))
        )

    def format(self, amount: int) -> str:
        """A whole amount of base units as the shortest text that `parse` reads back to the same."""
        if self.compound:
            parts, left = [], amount
            for unit, worth in self.units.items():
                times, left = divmod(left, int(worth))
                parts += [f"{times}{unit}"] if times else []
            return "".join(parts) or f"0{self.base}"
        for unit, worth in self.units.items():
            number = Fraction(amount) / worth
            if number.denominator == 1 and (number or unit == self.base):
                return f"{self.prefix}{number}{unit}"
        whole, rest = divmod(amount, int(self.units[self.base]))  # a power of ten wherever we get here
        places = len(str(self.units[self.base])) - 1
        return f"{self.prefix}{whole}.{rest:0{places}d}".rstrip("0") + self.base

    def validate(self, value: object, info: ValidationInfo) -> int | float:
        """The pydantic validator: texts always, base units as integers only from Python code."""
        if info.context != FROM_FILE and (type(value) is int or (not self.whole and type(value) is float)):
            return self._bounded(Fraction(value))
        return self.parse(value)

    def _bounded(self, amount: Fraction) -> int | float:
        if amount < 0:
            raise QuantityError("negative")
        if amount > self.largest:
            raise QuantityError(f"more than the largest, {self.format(self.largest)}")
        if self.positive and amount == 0:
            raise QuantityError()
        if not self.whole:
            return float(amount)
        if amount.denominator != 1:
            raise QuantityError(f"finer than {self.format(1)}")
        return int(amount)

    def _why_not(self, text: str) -> str:
        if re.fullmatch(r"\s*[$]?\s*-.*", text, re.DOTALL):
            return "negative"
        given = re.fullmatch(rf"([$]?)({_NUMBER}) ?([^\s0-9.]{{1,12}})", text)
        if not given:
            return ""
        currency, number, unit = given.groups()
        if unit in self.mistaken:
            return self.mistaken[unit].format(number=number)
        same = [known for known in self.units if known.lower() == unit.lower() and known != unit]
        if same or (unit in self.units and currency != self.prefix):
            return f"did you mean {self.prefix}{number}{same[0] if same else unit}?"
        return ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": self.pattern,
            "patternErrorMessage": f"allowed: {self.allowed}",
            "examples": list(self.examples),
        }


_SECOND = Fraction(1_000_000)
_BINARY = {"TiB": Fraction(1 << 20), "GiB": Fraction(1 << 10), "MiB": Fraction(1)}
_DECIMAL = "%sB counts in tens, not in whole MiB, did you mean {number}%siB?"

DURATION = Quantity(
    what="a duration",
    base="s",
    units={
        "w": 604_800 * _SECOND,
        "d": 86_400 * _SECOND,
        "h": 3_600 * _SECOND,
        "m": 60 * _SECOND,
        "s": _SECOND,
        "ms": _SECOND / 1_000,
        "us": Fraction(1),
    },
    examples=("250us", "30s", "1h30m", "7d"),
    largest=5_200 * 604_800_000_000,
    mistaken={"sec": "did you mean {number}s?", "hours": "did you mean {number}h?", "days": "did you mean {number}d?"},
    compound=True,
    also={"min": "m"},
)
CPU = Quantity(
    what="a number of CPUs",
    base="cpu",
    units={"cpu": Fraction(1_000), "mcpu": Fraction(1)},
    examples=("4cpu", "500mcpu"),
    largest=10**9,
    mistaken={"m": "did you mean {number}mcpu?", "c": "did you mean {number}cpu?", "cpus": "did you mean {number}cpu?"},
)
SIZE = Quantity(
    what="a size",
    base="MiB",
    units=_BINARY,
    examples=("512MiB", "16GiB", "1TiB"),
    largest=1 << 30,
    mistaken={
        **{f"{letter}B": _DECIMAL % (letter, letter) for letter in "MGT"},
        **{f"{letter}{end}": f"did you mean {{number}}{letter}iB?" for letter in "MGT" for end in ("", "i")},
    },
)
GPU = Quantity(
    what="a number of GPUs",
    base="gpu",
    units={"gpu": Fraction(1_000)},
    examples=("1gpu", "0.5gpu"),
    largest=10**9,
    mistaken={"gpus": "did you mean {number}gpu?"},
)
PRICE = Quantity(
    what="a price",
    base="/h",
    units={"/h": Fraction(10**6), "/min": Fraction(60 * 10**6), "/s": Fraction(3_600 * 10**6)},
    examples=("$0.192/h", "$0.012/min", "$0.00001/s"),
    largest=10**12,
    mistaken={"/m": "did you mean ${number}/min?"},
    prefix="$",
)
RATE = Quantity(
    what="a rate",
    base="/h",
    units={
        "/h": Fraction(1),
        "/w": Fraction(1, 168),
        "/d": Fraction(1, 24),
        "/min": Fraction(60),
        "/s": Fraction(3_600),
    },
    examples=("40/h", "2/s", "1000/d"),
    largest=10**8,
    mistaken={"/m": "did you mean {number}/min?"},
    whole=False,
)
PERCENT = Quantity(
    what="a share",
    base="%",
    units={"%": Fraction(10_000)},
    examples=("95%", "99.9%"),
    largest=10**6,
    mistaken={"percent": "did you mean {number}%?", "pct": "did you mean {number}%?"},
)

BANDWIDTH = Quantity(
    what="a bandwidth",
    base="KiB/s",
    units={"GiB/s": Fraction(1 << 20), "MiB/s": Fraction(1 << 10), "KiB/s": Fraction(1)},
    examples=("50MiB/s", "1.5GiB/s", "800KiB/s"),
    largest=1 << 40,
    mistaken={
        **{f"{letter}B/s": f"did you mean {{number}}{letter}iB/s?" for letter in "KMG"},
        **{f"{letter}bit/s": "that counts bits, a byte has 8 of them" for letter in "KMG"},
    },
    positive=True,
)

POSITIVE_DURATION = replace(DURATION, positive=True)
POSITIVE_CPU = replace(CPU, positive=True)
POSITIVE_RATE = replace(RATE, positive=True)
QUANTITIES = (DURATION, POSITIVE_DURATION, POSITIVE_CPU, SIZE, GPU, PRICE, POSITIVE_RATE, PERCENT, BANDWIDTH)
"""Every kind of quantity that a scenario file has."""

DurationUs = Annotated[int, DURATION]
PositiveDurationUs = Annotated[int, POSITIVE_DURATION]
CpuMillis = Annotated[int, POSITIVE_CPU]
GpuMillis = Annotated[int, GPU]
Mebibytes = Annotated[int, SIZE]
PricePerHour = Annotated[int, PRICE]
Bandwidth = Annotated[int, BANDWIDTH]
PartsPerMillion = Annotated[int, PERCENT]
RatePerHour = Annotated[float, POSITIVE_RATE]

"""The page about scenario files says what the models say, and its example works."""

import re

from scenarios.loader import load_text
from scenarios.quantities import QUANTITIES
from scenarios.reference import PAGE, renewed


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_tables_are_current() -> None:
    assert page() == renewed(page()), "run: python -m scenarios.reference"


def test_the_example_loads() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert load_text(example).name == "mini"


def test_every_unit_is_in_the_table_of_quantities() -> None:
    table = page().split("## Quantities")[1].split("## Short forms")[0]
    for kind in QUANTITIES:
        for unit in kind.units:
            assert f"`{unit}`" in table

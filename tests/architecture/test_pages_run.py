"""The example on every page about a context runs as it stands there."""

import re

import pytest

from reports.domain_model import contexts
from tests.architecture.domain_docs import DOCS

BLOCKS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", [context.name for context in contexts()])
def test_the_example_runs(name: str) -> None:
    page = (DOCS / "contexts" / f"{name}.md").read_text(encoding="utf-8")
    examples = BLOCKS.findall(page)
    assert examples, "every page has an example"
    for example in examples:
        exec(compile(example, f"{name}.md", "exec"), {})
        assert "assert" in example, "an example says what to expect"

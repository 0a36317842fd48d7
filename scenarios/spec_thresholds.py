"""What a scenario file may say about its own success: thresholds that every policy has to meet."""

from typing import Annotated

from pydantic import Field

from scenarios.names import Text

ThresholdTexts = Annotated[tuple[Text, ...], Field(max_length=100)]
"""Each `METRIC < BOUND`; what may stand there is told by `scenarios.thresholds`, which also parses them."""

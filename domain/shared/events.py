"""What every domain event has, and who takes events."""

from collections.abc import Callable
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, tag=True, array_like=True):
    """A fact in the past tense, at `at_us` microseconds since the start of the run.

    On the wire an event is its name and its fields by position; readers of JSON get them by name.
    Subclasses live in `domain/contracts`, carry primitives and shared types only, and name their consumers.
    A change that readers of the fields would notice raises VERSION (docs/contracts/README.md).
    """

    VERSION = 1  # of its fields; no annotation, or it would be one of them

    at_us: int


Publish = Callable[[Event], None]
"""Where a context puts the events that its aggregates return."""

Handler = Callable[[Any], None]
Translation = dict[type[Event], Handler]
"""What a downstream context does about each event of an upstream one."""

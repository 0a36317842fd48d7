"""What every domain event has, and who takes events."""

from collections.abc import Callable

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A fact in the past tense, at `at_us` microseconds since the start of the run.

    Subclasses live in `domain/contracts`, carry primitives and shared types only, and name their consumers.
    """

    at_us: int


Publish = Callable[[Event], None]
"""Where a context puts the events that its aggregates return."""

"""Whoever makes something of events after the fact: takes them in order, and passes over what means nothing to it."""

from collections.abc import Iterable

from domain.shared.events import Event, Translation


class Hears:
    """`handlers` says what is made of which kind of event."""

    handlers: Translation

    def hear(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they happened; others than those in `handlers` are passed over."""
        handlers = self.handlers
        for event in events:
            handler = handlers.get(type(event))
            if handler:
                handler(event)

"""The event bus: domain events in the order they happen, to whoever subscribed."""

from collections.abc import Callable, Sequence

from domain.shared.events import Event, Handler, Publish, Translation

Batch = Callable[[Sequence[Event], Sequence[int]], None]
"""Takes consecutive events and, for each, the number of the event that caused it (0: a timer or an arrival did).

The causes are empty when the bus does not keep them.
"""


class Bus:
    """Delivers each event at once and depth first; events are numbered 1, 2, 3, … in order of publication.

    Batch listeners (digest, event table) see every event once, in order, whenever `flush` is called.
    """

    def __init__(self) -> None:
        self._handlers: dict[type[Event], tuple[Handler, ...]] = dict.fromkeys(Event.__subclasses__(), ())
        self._listeners: list[Batch] = []
        self._events: list[Event] = []
        self._causes: list[int] = []
        self._flushed = 0
        self.publish = self._publisher()

    def subscribe(self, translation: Translation) -> None:
        """Later subscribers of the same event hear it later."""
        for kind, handler in translation.items():
            self._handlers[kind] = (*self._handlers[kind], handler)

    def listen(self, listener: Batch) -> None:
        self._listeners.append(listener)

    def flush(self) -> None:
        """Hand what has been published since the last time to the batch listeners."""
        if not self._events:
            return
        for listener in self._listeners:
            listener(self._events, self._causes)
        self._flushed += len(self._events)
        self._events.clear()
        self._causes.clear()

    def _publisher(self) -> Publish:
        """The hottest function of all, as a closure: no attribute is looked up on the way."""
        append, handlers_of = self._events.append, self._handlers

        def publish(event: Event) -> None:
            append(event)
            for handler in handlers_of[type(event)]:
                handler(event)

        return publish

    @property
    def published(self) -> int:
        return self._flushed + len(self._events)


class TracingBus(Bus):
    """Also remembers which event caused which: the one whose handlers were running."""

    def _publisher(self) -> Publish:
        deliver, cause = super()._publisher(), 0

        def publish(event: Event) -> None:
            nonlocal cause
            self._causes.append(cause)
            before, cause = cause, self.published + 1
            deliver(event)
            cause = before

        return publish

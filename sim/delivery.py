"""At-least-once delivery: events cross from one context to another twice, or late, as a named stream has it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
from msgspec.structs import replace

from domain.shared.envelope import context_of
from domain.shared.events import Event, Handler, Translation
from scenarios.distributions import latencies_us
from scenarios.spec_delivery import Delivery
from sim.engine import Engine
from sim.streams import Streams

MILLION = 1_000_000
BLOCK = 1024
ACL = "domain.acl."
ALSO_OF_WORKERS = "sim.processes.provisioning"
"""Looks at what the workers context has just been told: it is told together with it."""


class FaultyDelivery:
    """Stands between the bus and the translations of `domain/acl`; observers and a context's own timers are left alone.

    Nothing is lost, and what is late comes in order per subject, as from a log that is partitioned by it: a message
    never overtakes an earlier one that the same context sent to the same receiver about the same thing. A message that
    comes a second time does so at any later time, whatever has been said since. What comes later is a copy with the
    time of its arrival: that is when the receiver acts. Whatever is under way when the last job has ended is delivered
    by `settle`.
    """

    def __init__(self, faults: Delivery, engine: Engine, streams: Streams) -> None:
        self.work = {"messages": 0, "messages_twice": 0, "messages_late": 0}
        self._engine = engine
        self._duplicate = faults.duplicate
        self._reorder = faults.reorder
        self._dice = _dice(streams("bus", "delivery"))
        self._delay_us = latencies_us(faults.delay, streams("bus", "delivery-delay"))
        self._channels: dict[tuple[type[Event], str], Channel] = {}
        self._numbers = count(1)
        self._under_way: dict[int, Message] = {}
        self._waiting: dict[Subject, list[int]] = {}  # subject → [when its last message under way comes, how many are]

    def __call__(self, translation: Translation) -> Translation:
        """The translation to subscribe instead. Handlers that join a channel are heard where its first one stands."""
        subscribed: Translation = {}
        for kind, handler in translation.items():
            downstream = crosses_to(kind, handler)
            if not downstream:
                subscribed[kind] = handler
                continue
            channel = self._channels.get((kind, downstream))
            if channel is None:
                channel = self._channels[kind, downstream] = Channel(kind, downstream, self._carry)
                subscribed[kind] = channel
            channel.handlers = (*channel.handlers, handler)
        return subscribed

    def settle(self, now: int) -> None:
        """Deliver what is under way, in the order it was sent, and from now on everything once and at once."""
        self._duplicate = self._reorder = 0
        while self._under_way:
            self._arrive(now, next(iter(self._under_way)))

    def _carry(self, channel: "Channel", event: Event) -> None:
        self.work["messages"] += 1
        subject = channel.subject(event)
        waiting = self._waiting.get(subject)
        delay = waiting[0] - self._engine.now if waiting else 0
        late = self._reorder and next(self._dice) < self._reorder
        if late:
            self.work["messages_late"] += 1
            delay = max(delay, self._delay_us())
        twice = self._duplicate and next(self._dice) < self._duplicate
        if late or waiting:
            self._send(channel, event, delay, subject)
        else:
            for handler in channel.handlers:
                handler(event)
        if twice:
            self.work["messages_twice"] += 1
            self._send(channel, event, delay + self._delay_us(), None)

    def _send(self, channel: "Channel", event: Event, delay: int, subject: "Subject | None") -> None:
        number = next(self._numbers)
        self._under_way[number] = (channel, event, subject)
        if subject is not None:
            waiting = self._waiting.setdefault(subject, [0, 0])
            waiting[0] = self._engine.now + delay
            waiting[1] += 1
        self._engine.after(delay, self._due, number)

    def _due(self, number: int) -> None:
        if number in self._under_way:
            self._arrive(self._engine.now, number)

    def _arrive(self, now: int, number: int) -> None:
        channel, event, subject = self._under_way.pop(number)
        if subject is not None:
            waiting = self._waiting[subject]
            waiting[1] -= 1
            if not waiting[1]:
                del self._waiting[subject]
        copy = replace(event, at_us=now)
        for handler in channel.handlers:
            handler(copy)


class Channel:
    """What one downstream context does about one type of event: its handlers hear each delivery together."""

    def __init__(self, kind: type[Event], downstream: str, carry: Callable[["Channel", Event], None]) -> None:
        self.handlers: tuple[Handler, ...] = ()
        self._carry = carry
        self._pair = (context_of(kind), downstream)
        self._field = kind.__struct_fields__[1]

    def __call__(self, event: Event) -> None:
        self._carry(self, event)

    def subject(self, event: Event) -> "Subject":
        return (*self._pair, self._field, getattr(event, self._field))


Subject = tuple[str, str, str, Any]
"""From, to, and what it is about: the name and value of the event's first field, as in its envelope."""
Message = tuple[Channel, Event, Subject | None]


def crosses_to(kind: type[Event], handler: Handler) -> str:
    """The context that a handler belongs to, where the event comes from another one; else nothing."""
    upstream = context_of(kind)
    module = handler.__module__ or ""
    if module.startswith(ACL):
        downstream = module.removeprefix(ACL).partition(".")[0].partition("_to_")[2]
    elif module == ALSO_OF_WORKERS:
        downstream = "workers"
    else:
        return ""
    return "" if downstream == upstream else downstream


def _dice(generator: np.random.Generator) -> Iterator[int]:
    while True:
        yield from generator.integers(0, MILLION, BLOCK).tolist()

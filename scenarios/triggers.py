"""Triggers of generated pipelines: what started each, who, from which ref, and how far its code is trusted."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from domain.shared.triggers import PUSH, Trigger
from scenarios.spec_orchestration import EVENT_MIXES, Triggers

ON_BRANCHES = ("push", "pull_request")
"""Events that come from any of a tenant's refs; the others are about main."""

Source = Callable[[NDArray[np.int64]], Iterator[Trigger]]
"""Takes the tenants of a block of pipelines, by number; gives the trigger of each."""


def shares_of(triggers: Triggers) -> Mapping[str, float] | None:
    """The relative shares of events; None where all are pushes."""
    events = triggers.events
    if events is None:
        return None
    return EVENT_MIXES[events] if isinstance(events, str) else dict(events.items())


def trigger_source(
    triggers: Triggers, tenants: tuple[str, ...], stream: Callable[[str, str], np.random.Generator]
) -> Source | None:
    """Each question has a stream of its own, which only its own field asks; None where no field is used.

    Equal triggers are one object.
    """
    shares = shares_of(triggers)
    if shares is None and triggers.users is None and triggers.branches is None:
        return None
    events = list(shares) if shares else ["push"]
    ends = np.cumsum([shares[event] for event in events] if shares else [1.0])
    ends = ends[:-1] / ends[-1]
    which, people = stream("triggers", "events"), stream("triggers", "users")
    forked, refs = stream("triggers", "forks"), stream("triggers", "branches")
    known: dict[tuple[int, int, int, int, bool], Trigger] = {}
    shared = {PUSH: PUSH}

    def make(tenant: int, event: int, user: int, branch: int, fork: bool) -> Trigger:
        name = events[event]
        return Trigger(
            event=name,
            actor=f"{tenants[tenant]}-{user}" if user else "",
            ref=f"branch-{branch}" if branch and name in ON_BRANCHES else "main",
            trust="untrusted" if fork else "trusted",
        )

    def source(whose: NDArray[np.int64]) -> Iterator[Trigger]:
        size = len(whose)
        none = np.zeros(size, np.int64)
        event = np.searchsorted(ends, which.random(size), side="right") if len(events) > 1 else none
        user = people.integers(1, triggers.users + 1, size) if triggers.users else none
        branch = refs.integers(1, triggers.branches + 1, size) if triggers.branches else none
        fork = none.astype(bool)
        if triggers.forks:
            fork = (forked.random(size) < triggers.forks) & np.array([one == "pull_request" for one in events])[event]
        drawn = (whose.tolist(), event.tolist(), user.tolist(), branch.tolist(), fork.tolist())
        for key in zip(*drawn, strict=True):
            trigger = known.get(key)
            if trigger is None:
                made = make(*key)
                trigger = known[key] = shared.setdefault(made, made)
            yield trigger

    return source

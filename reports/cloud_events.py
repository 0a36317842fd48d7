"""The events of a stored run in their envelopes: who sent each, what it belongs to, and what it followed from."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import get_type_hints
from urllib.parse import quote

import msgspec

from domain.shared.envelope import CloudEvent, context_of, envelope
from domain.shared.events import Event
from domain.shared.resources import Resources
from domain.telemetry.tracing import trace_context
from reports.domain_model import events
from reports.event_columns import fields_of
from reports.event_reading import numbered_events
from reports.manifest import RunFacts

encode_line = msgspec.json.Encoder().encode


class Belonging:
    """Which pipeline, job and tenant an event belongs to, from what all events of the run say of each other.

    An event that names neither job nor pipeline belongs where what it is about does: an offer to the job that it was
    claimed for, a worker to the job that it serves just then. What serves no job at the time belongs to nobody.
    """

    def __init__(self) -> None:
        self.pipeline_of: dict[int, int] = {}  # job →
        self.tenant_of: dict[int, str] = {}  # pipeline →
        self.job_of: dict[tuple[str, int], int] = {}  # what an event is about →

    def learn(self, event: Event, anew: bool = False) -> None:
        """Hear an event; `anew`: it says what is so from now on, rather than what was so first."""
        job, pipeline = getattr(event, "job", None), getattr(event, "pipeline", None)
        if pipeline is not None:
            if job is not None:
                self.pipeline_of[job] = pipeline
            tenant = getattr(event, "tenant", None)
            if tenant is not None:
                self.tenant_of[pipeline] = tenant
        if job is not None:
            about = _about(event)
            if anew or about not in self.job_of:
                self.job_of[about] = job

    def job(self, event: Event) -> int | None:
        job = getattr(event, "job", None)
        return self.job_of.get(_about(event)) if job is None else job

    def pipeline(self, event: Event) -> int | None:
        pipeline = getattr(event, "pipeline", None)
        if pipeline is not None:
            return int(pipeline)
        job = self.job(event)
        return None if job is None else self.pipeline_of.get(job)


def cloud_events(
    path: Path, facts: RunFacts, kinds: Sequence[type[Event]] = (), job: int | None = None
) -> Iterator[CloudEvent]:
    """The events of one policy in order: of some kinds, or all; about one job, or all. Reads the table twice."""
    every = events()
    belonging = Belonging()
    for batch in numbered_events(path, facts.policy, [kind for kind in every if _names_a_job(kind)]):
        for _, _, event in batch:
            belonging.learn(event)
    wanted = set(kinds or every)
    for batch in numbered_events(path, facts.policy, every):
        for number, cause, event in batch:
            belonging.learn(event, anew=True)
            if type(event) in wanted and (job is None or belonging.job(event) == job):
                yield _enveloped(number, cause, event, facts, belonging)


def source_of(facts: RunFacts, context: str) -> str:
    """A URI reference that names a context of one run: the digest stands for every event in it."""
    return "/".join(
        ("", "windtunnel", *(quote(part, safe="") for part in (facts.scenario, facts.policy)), facts.digest, context)
    )


def _enveloped(number: int, cause: int | None, event: Event, facts: RunFacts, belonging: Belonging) -> CloudEvent:
    pipeline, job = belonging.pipeline(event), belonging.job(event)
    trace = None
    if pipeline is not None:
        trace = trace_context(facts.seed, pipeline, job, None if job is None else getattr(event, "attempt", None))
    whole = envelope(
        event,
        id=str(number),
        source=source_of(facts, context_of(type(event))),
        tenant=getattr(event, "tenant", None) or (None if pipeline is None else belonging.tenant_of.get(pipeline)),
        correlation=None if pipeline is None else str(pipeline),
        causation=None if cause is None else str(cause),
        traceparent=None if trace is None else trace.traceparent,
    )
    for name in _unstored(type(event)):
        whole.data.pop(name, None)
    return whole


@cache
def _unstored(kind: type[Event]) -> tuple[str, ...]:
    """Fields that have no column in the table: optional all of them, they are left out rather than guessed."""
    stored = {field.column for field in fields_of(kind)}
    hints = get_type_hints(kind)
    return tuple(name for name in kind.__struct_fields__[1:] if name not in stored and hints[name] is not Resources)


def _names_a_job(kind: type[Event]) -> bool:
    return "job" in kind.__struct_fields__ or "pipeline" in kind.__struct_fields__


def _about(event: Event) -> tuple[str, int]:
    field = type(event).__struct_fields__[1]
    return field, getattr(event, field)

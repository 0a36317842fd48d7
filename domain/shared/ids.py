"""Typed identifiers: plain integers at run time, distinct types to the type checker."""

from collections.abc import Callable
from itertools import count
from typing import NewType, TypeVar, cast

PipelineId = NewType("PipelineId", int)
JobId = NewType("JobId", int)
NodeId = NewType("NodeId", int)
OfferId = NewType("OfferId", int)
InverseOfferId = NewType("InverseOfferId", int)
AssignmentId = NewType("AssignmentId", int)
WorkerId = NewType("WorkerId", int)
ExecutionId = NewType("ExecutionId", int)
BatchId = NewType("BatchId", int)
EntryId = NewType("EntryId", int)
ArtifactId = NewType("ArtifactId", int)
AlertId = NewType("AlertId", int)
UserId = NewType("UserId", int)
SessionId = NewType("SessionId", int)
TokenId = NewType("TokenId", int)


Id = TypeVar("Id", bound=int)


def sequence(kind: Callable[[int], Id]) -> Callable[[], Id]:
    """An id source that counts 1, 2, 3, …; each kind of thing has its own, injected where things are made."""
    return cast("Callable[[], Id]", count(1).__next__)

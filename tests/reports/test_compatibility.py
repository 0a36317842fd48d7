"""A change that readers of events would stumble over is found and named, with what to do; others are let pass."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from domain.contracts.orchestration import JobEnded, JobQueued
from reports.compatibility import breaks
from reports.event_schema import events_schema

Schema = dict[str, Any]
BEFORE = events_schema([JobQueued, JobEnded])
QUEUED, ENDED = "windtunnel.orchestration.JobQueued.v1", "windtunnel.orchestration.JobEnded.v1"
TEXT = {"type": "string"}


def changed(change: Callable[[Schema], object]) -> list[str]:
    """What is said of the schema with a change made to its definitions."""
    now = copy.deepcopy(BEFORE)
    change(now["$defs"])
    return [str(each) for each in breaks(BEFORE, now)]


def fields(name: str) -> Callable[[Schema], Schema]:
    return lambda defs: defs[name]["properties"]


def renewed(defs: Schema) -> None:
    """The event has lost a field, and has a higher version."""
    defs[ENDED.replace("v1", "v2")] = defs.pop(ENDED)
    del defs[ENDED.replace("v1", "v2")]["properties"]["label"]


def moved(defs: Schema) -> None:
    defs[ENDED.replace("orchestration", "execution")] = defs.pop(ENDED)


def required(defs: Schema) -> None:
    fields(ENDED)(defs)["ground"] = TEXT
    defs[ENDED]["required"].append("ground")


@pytest.mark.parametrize(
    ("change", "where", "what", "remedy"),
    [
        (lambda defs: defs.pop(ENDED), ENDED, "the event was removed", "keep its class"),
        (moved, ENDED, "the event is now windtunnel.execution.JobEnded.v1", "keep it in the context"),
        (lambda defs: fields(ENDED)(defs).pop("label"), f"{ENDED}.label", "the field was removed", "raise VERSION"),
        (
            lambda defs: fields(ENDED)(defs).update(job=TEXT), f"{ENDED}.job",
            "its type changed from integer to string", "add another field",
        ),
        (
            lambda defs: fields(QUEUED)(defs).update(runs_on={"type": "array", "items": {"type": "integer"}}),
            f"{QUEUED}.runs_on", "from array of string to array of integer", "raise VERSION",
        ),
        (
            lambda defs: fields(QUEUED)(defs).update(resources=TEXT), f"{QUEUED}.resources",
            "from Resources to string", "raise VERSION",
        ),
        (required, f"{ENDED}.ground", "a new field is required", "give it a default"),
        (
            lambda defs: defs[ENDED]["required"].append("cause"), f"{ENDED}.cause",
            "was optional and is required now", "default back",
        ),
        (
            lambda defs: defs[ENDED]["required"].remove("state"), f"{ENDED}.state",
            "may be missing now", "keep it required",
        ),
        (
            lambda defs: fields("Resources")(defs).pop("gpu_millis"), f"{QUEUED}.resources.gpu_millis",
            "the field was removed", "raise VERSION",
        ),
        (
            lambda defs: fields("Constraint")(defs)["operator"]["enum"].remove("Ne"),
            f"{QUEUED}.requirements.constraints[].operator", "no longer one of Ne", "keep the value",
        ),
        (
            lambda defs: fields("Constraint")(defs)["operator"]["enum"].append("Near"),
            f"{QUEUED}.requirements.constraints[].operator", "may be Near now", "closed list",
        ),
        (
            lambda defs: fields(ENDED)(defs)["at_us"].update(minimum=5), f"{ENDED}.at_us",
            "is never below 5 now", "keep the range",
        ),
    ],
)  # fmt: skip
def test_a_breaking_change_is_named(change: Callable[[Schema], object], where: str, what: str, remedy: str) -> None:
    (said,) = changed(change)
    assert said.startswith(f"{where}: ")
    assert what in said
    assert remedy in said


def test_a_version_that_went_back_is_no_version() -> None:
    newer = copy.deepcopy(BEFORE)
    newer["$defs"][ENDED.replace("v1", "v2")] = newer["$defs"].pop(ENDED)
    (said,) = map(str, breaks(newer, BEFORE))
    assert "its version went back to 1" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda defs: None,
        lambda defs: fields(ENDED)(defs).update(ground=TEXT),  # optional
        lambda defs: defs.update({ENDED.replace("JobEnded", "JobBored"): defs[ENDED]}),
        lambda defs: fields(ENDED)(defs)["label"].update(description="another word for it"),
        renewed,
    ],
    ids=["nothing", "an optional field", "a new event", "a description", "a higher version"],
)
def test_what_hurts_nobody_is_let_pass(change: Callable[[Schema], object]) -> None:
    assert changed(change) == []

"""Every event is a plain fact with a name of its own, survives the wire, and is told by someone in the domain."""

import ast
import inspect
import re
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain
from domain.contracts import execution as e
from domain.contracts import orchestration as o
from domain.contracts import scheduling as s
from domain.contracts import workers as w
from domain.execution.executions import Execution
from domain.orchestration.jobs import Job
from domain.orchestration.merge_queue import Batch, Entry
from domain.orchestration.pipelines import Pipeline
from domain.orchestration.specs import JobSpec, PipelineSpec
from domain.orchestration.steps import Step
from domain.orchestration.terms import RETRY, StepSpec
from domain.scheduling.demand import Demand
from domain.scheduling.inverse import InverseOffer
from domain.scheduling.ledger import CapacityLedger
from domain.scheduling.nodes import Node
from domain.scheduling.offers import Assignment, Offer
from domain.shared.events import Event
from domain.shared.lifecycle import Aggregate, IllegalMove, edges
from domain.shared.refusals import Refused
from domain.shared.requirements import Affinity, Constraint, Requirements, Taint
from domain.shared.resources import Resources
from domain.workers.worker import Worker
from reports.domain_model import consumers, contexts
from reports.domain_model import events as every_event

KINDS = every_event()
NAMES = [kind.__name__ for kind in KINDS]

# --- the contracts ---------------------------------------------------------------------------------------------------


def test_no_two_events_share_a_name_and_all_are_here() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert set(KINDS) == {kind for kind in Event.__subclasses__() if kind.__module__.startswith("domain.")}


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_an_event_says_what_happened_and_who_listens(kind: type[Event]) -> None:
    assert re.search(r"^[A-Z].*\.\s+Consumers: \w[^.]*\.$", inspect.getdoc(kind) or "", re.DOTALL)


def test_the_contexts_that_an_event_names_are_those_that_hear_it() -> None:
    names = {context.name for context in contexts()}
    heard = {name: {*who} & names for name, who in consumers().items()}
    said = {kind.__name__: set(re.findall(r"\w+", (kind.__doc__ or "").split("Consumers:")[1])) for kind in KINDS}
    assert {name: said[name] & names for name in NAMES} == heard


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_an_event_is_frozen_and_carries_plain_values_only(kind: type[Event]) -> None:
    assert kind.__struct_config__.frozen
    for name, hint in typing.get_type_hints(kind).items():
        plain = getattr(hint, "__supertype__", hint)  # an id is an int
        assert plain in (int, str, Resources, Requirements, tuple[str, ...]), f"{kind.__name__}.{name} is {hint}"
        assert not name.endswith(("_s", "_ms", "_at", "seconds")), "times are microseconds, and say so"


@given(st.data())
def test_every_event_survives_the_wire(data: st.DataObject) -> None:
    values: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(0, 2**62),
        str: st.text(max_size=8),
        tuple[str, ...]: st.lists(st.text(max_size=4), max_size=3).map(tuple),
        Resources: st.builds(Resources, *[st.integers(0, 2**40)] * 4),
        Requirements: st.builds(
            Requirements,
            constraints=st.lists(st.builds(Constraint, st.text(max_size=4), st.just("In"), st.just(("a",)))).map(tuple),
            affinity=st.lists(st.builds(Affinity, st.text(max_size=4), weight=st.integers(0, 100))).map(tuple),
            priority=st.integers(-9, 9),
        ),
    }
    decoder = msgspec.msgpack.Decoder(typing.Union[tuple(KINDS)])  # noqa: UP007  # made at run time
    for kind in KINDS:
        hints = [getattr(hint, "__supertype__", hint) for hint in typing.get_type_hints(kind).values()]
        event = kind(*(data.draw(values[hint]) for hint in hints))
        back = decoder.decode(msgspec.msgpack.encode(event))
        assert (type(back), back) == (kind, event)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event))[0] == kind.__name__


# --- who tells them --------------------------------------------------------------------------------------------------


def told_in_the_domain() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(event, method that makes it) for all of the domain, and those of them that some command publishes.

    A command publishes what it makes itself, or what it gets from a method that it names.
    """
    made: set[tuple[str, str]] = set()
    published: set[tuple[str, str]] = set()
    named: set[str] = set()
    for path in Path(domain.__file__).parent.rglob("*.py"):
        for method in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)):
            nodes = list(ast.walk(method))
            attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            events = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
            made |= {(event, method.name) for event in events & set(NAMES)}
            if "_publish" in attributes:
                named |= attributes
                published |= {(event, method.name) for event in events & set(NAMES)}
    queued = {("JobQueued", "_queued")} & made  # said for `queue` and `requeue`
    return made, published | queued | {(event, method) for event, method in made if method in named}


def test_every_event_is_published_by_some_command() -> None:
    made, published = told_in_the_domain()
    assert {event for event, _ in made} == set(NAMES)
    assert made <= published


# --- what aggregates say ---------------------------------------------------------------------------------------------

CPU = Resources(1000, 1024)
JOB = JobSpec("build", "label", CPU, max_queue_us=50)
DEMAND = Demand(5, 2, 0, 0, "label", 0, 1)


def a_pipeline() -> Pipeline:
    return Pipeline(7, "tenant", PipelineSpec((JOB,)), 1)


def a_node() -> Node:
    ledger = CapacityLedger()
    return Node(7, ledger, ledger.open_row(CPU), "pool", CPU, frozenset())


MAKE = {
    "Pipeline": a_pipeline,
    "Job": lambda: Job(7, a_pipeline(), JOB, 0),
    "Step": lambda: Step(7, 5, 2, StepSpec("compile")),
    "Batch": lambda: Batch(7, "tenant", (Entry(1, 0), Entry(2, 0))),
    "Node": a_node,
    "Offer": lambda: Offer(7, a_node(), 3, DEMAND, CPU, 90),
    "Assignment": lambda: Assignment(7, a_node(), DEMAND, CPU),
    "InverseOffer": lambda: InverseOffer(7, a_node(), 0, [Assignment(4, a_node(), DEMAND, CPU)] * 2, "why", 90),
    "Worker": lambda: Worker(7, 2, "pool", True, 5, 2, 4),
    "Execution": lambda: Execution(7, 5, 2, 4, 3, 1, 11, 100),
}
QUEUED = o.JobQueued(42, 7, 7, "tenant", "label", CPU, (), 1, 92)

# aggregate, its state, what is told to it at 42 µs, its state then, and what it says
SAID = [
    ("Pipeline", "CREATED", ("start",), "RUNNING", o.PipelineStarted(42, 7, "tenant", 1)),
    ("Pipeline", "RUNNING", ("end",), "SUCCEEDED", o.PipelineEnded(42, 7, "tenant", "SUCCEEDED")),
    (
        "Pipeline", "CREATED", ("reject", Refused("why")), "REJECTED",
        o.PipelineRejected(42, 7, "tenant", "why", "push", "", "main", "trusted"),
    ),
    ("Step", "PENDING", ("start",), "RUNNING", o.StepStarted(42, 5, 2, 7, "compile")),
    *(
        ("Step", state, ("end", move), target, o.StepEnded(42, 5, 2, 7, "compile", target))
        for state, move, target in edges(Step.MOVES) if not Step.MOVES[target]
    ),
    ("Batch", "TESTING", ("tested", True), "PASSED", o.MergeBatchTested(42, 7, "tenant", "PASSED")),
    ("Batch", "TESTING", ("tested", False), "FAILED", o.MergeBatchTested(42, 7, "tenant", "FAILED")),
    *(
        ("Batch", state, ("end", move), target, o.MergeBatchEnded(42, 7, "tenant", 2, target))
        for state, move, target in edges(Batch.MOVES) if not Batch.MOVES[target]
    ),
    ("Job", "BLOCKED", ("queue",), "QUEUED", QUEUED),
    ("Job", "BACKOFF", ("queue",), "QUEUED", QUEUED),
    ("Job", "ASSIGNED", ("requeue",), "QUEUED", QUEUED),
    ("Job", "QUEUED", ("assign", 4), "ASSIGNED", o.JobAssigned(42, 7, 4)),
    ("Job", "ASSIGNED", ("start",), "RUNNING", o.JobStarted(42, 7, 0)),
    *(
        ("Job", state, ("end", move), target, o.JobEnded(42, 7, 7, "tenant", "label", target, 0))
        for state, move, target in edges(Job.MOVES) if not Job.MOVES[target]
    ),
    ("Node", "JOINING", ("join",), "READY", s.NodeReady(42, 7, 1)),
    ("Node", "DOWN", ("join",), "READY", s.NodeReady(42, 7, 1)),
    ("Node", "READY", ("cordon",), "CORDONED", s.NodeCordoned(42, 7)),
    ("Node", "CORDONED", ("uncordon",), "READY", s.NodeReady(42, 7, 0)),
    ("Node", "CORDONED", ("drain", "why", 90), "DRAINING", s.NodeDraining(42, 7, "why", 90)),
    *(("Node", state, ("leave",), "GONE", s.NodeGone(42, 7)) for state in ("DRAINING", "DOWN")),
    *(
        ("Node", state, ("lose",), "DOWN", s.NodeDown(42, 7, 0))
        for state, moves in Node.MOVES.items() if "lose" in moves
    ),
    ("Offer", "OPEN", ("claim", 30), "CLAIMED", s.OfferClaimed(42, 7, 5, 72)),
    ("Offer", "OPEN", ("decline", "why", 90), "DECLINED", s.OfferDeclined(42, 7, "why", 90)),
    *(
        ("Offer", state, (move, *why), target, kind(42, 7, *why))
        for state in ("OPEN", "CLAIMED")
        for move, why, target, kind in (
            ("expire", (), "EXPIRED", s.OfferExpired), ("rescind", ("why",), "RESCINDED", s.OfferRescinded),
        )
    ),
    ("Offer", "CLAIMED", ("accept", 4), "ACCEPTED", s.OfferAccepted(42, 7, 4)),
    ("Offer", "CLAIMED", ("reject", "why"), "REJECTED", s.OfferRejected(42, 7, "why")),
    ("Assignment", "PROPOSED", ("accept",), "ACCEPTED", s.JobPlaced(42, 7, 5, 2, 7, "pool", CPU)),
    ("Assignment", "PROPOSED", ("reject", "why", 90), "REJECTED", s.AssignmentRejected(42, 7, 5, 7, "why", 90)),
    ("Assignment", "ACCEPTED", ("release",), "RELEASED", s.AssignmentReleased(42, 7, 7)),
    ("Assignment", "ACCEPTED", ("revoke", "why"), "REVOKED", s.AssignmentRevoked(42, 7, 5, 7, "why")),
    ("InverseOffer", "OPEN", ("accept",), "ACCEPTED", s.InverseOfferAccepted(42, 7)),
    ("InverseOffer", "OPEN", ("decline", "why"), "DECLINED", s.InverseOfferDeclined(42, 7, "why")),
    ("InverseOffer", "OPEN", ("expire",), "EXPIRED", s.InverseOfferExpired(42, 7)),
    ("InverseOffer", "OPEN", ("rescind", "why"), "RESCINDED", s.InverseOfferRescinded(42, 7, "why")),
    ("Worker", "REQUESTED", ("boot",), "BOOTING", w.WorkerBooted(42, 7, "pool")),
    ("Worker", "BOOTING", ("ready",), "IDLE", w.WorkerReady(42, 7)),
    ("Worker", "IDLE", ("acquire",), "BUSY", w.WorkerAcquired(42, 7, 2, 4, 5, 2)),
    ("Worker", "BUSY", ("release",), "IDLE", w.WorkerReleased(42, 7, "pool")),
    *(("Worker", state, ("drain",), "DRAINING", w.WorkerDraining(42, 7)) for state in ("IDLE", "BUSY")),
    *(
        ("Worker", state, ("fail", "why"), "FAILED", w.WorkerFailed(42, 7, "why"))
        for state, moves in Worker.MOVES.items() if "fail" in moves
    ),
    *(
        ("Worker", state, ("terminate",), "TERMINATED", w.WorkerTerminated(42, 7, 0))
        for state in ("DRAINING", "FAILED")
    ),
    ("Execution", "PREPARING", ("run",), "RUNNING", e.ExecutionRunning(42, 7)),
    ("Execution", "RUNNING", ("upload",), "UPLOADING", e.ExecutionUploading(42, 7)),
    *(
        (
            "Execution", state, ("end", move, "infra"), target,
            e.ExecutionEnded(42, 7, 5, 2, 4, 3, 1, target, "infra", 31),
        )
        for state, move, target in edges(Execution.MOVES) if not Execution.MOVES[target]
    ),
]  # fmt: skip


def reach(thing: Aggregate, state: str) -> Aggregate:
    """Take the fewest moves to `state`."""
    paths, todo = {thing.state: ()}, [thing.state]
    for here in todo:
        for move, target in thing.MOVES[here].items():
            if target not in paths:
                paths[target] = (*paths[here], move)
                todo.append(target)
    for move in paths[state]:
        thing.move(move)
    return thing


def tell(thing: Aggregate, words: tuple) -> Event | None:
    method, *rest = words
    return getattr(thing, method)(42, *rest)


def fields(thing: Aggregate) -> list[Any]:
    return [getattr(thing, name) for name in (*thing.__struct_fields__, "state")]


@pytest.mark.parametrize(("name", "state", "words", "then", "event"), SAID)
def test_what_is_told_lands_and_comes_back_as_the_event(name, state, words, then, event) -> None:
    thing = reach(MAKE[name](), state)
    assert tell(thing, words) == event
    assert thing.state == then


@pytest.mark.parametrize("name", MAKE)
def test_what_is_told_out_of_place_raises_and_changes_nothing(name: str) -> None:
    told = {(words, state) for one, state, words, _, _ in SAID if one == name}
    refused = 0
    for words in {words for words, _ in told}:
        for state in MAKE[name]().MOVES:
            if (words, state) not in told:
                thing = reach(MAKE[name](), state)
                before = fields(thing)
                with pytest.raises(IllegalMove):
                    tell(thing, words)
                assert fields(thing) == before
                refused += 1
    assert refused


def test_what_stands_at_the_beginning_is_told_without_a_move() -> None:
    assert all(thing.state == thing.INITIAL for thing in (make() for make in MAKE.values()))
    assert a_pipeline().hold(1) == o.PipelineHeld(1, 7, "tenant", 1, "", "push", "", "main", "trusted")
    assert MAKE["Job"]().created(1) == o.JobCreated(1, 7, 7, "tenant", "label", "build", (), "success", 0, ())
    assert MAKE["Job"]().held(1, "approval") == o.JobHeld(1, 7, 7, "tenant", "label", "approval")
    assert MAKE["Job"]().ask_to_stop(1) == o.CancelRequested(1, 7, 0, 0, "")
    assert MAKE["Batch"]().started(1, 2) == o.MergeBatchStarted(1, 7, "tenant", 2, 2)
    assert MAKE["Node"]().announce(1) == s.NodeJoined(1, 7, "pool", CPU)
    assert MAKE["Offer"]().opened(1, "tenant") == s.OfferOpened(1, 7, 7, 3, "tenant", CPU, 90)
    asked = s.InverseOfferOpened(1, 7, 7, "tenant", CPU * 2, "why", 90)
    assert MAKE["InverseOffer"]().opened(1, "tenant") == asked
    assert MAKE["Node"]().become(1, (Taint("spot"),)) == s.NodeTainted(1, 7, ("spot:NoSchedule",))
    assert MAKE["Worker"]().requested(1) == w.WorkerRequested(1, 7, 2, "pool", 5)
    assert MAKE["Execution"]().started(1) == e.ExecutionStarted(1, 7, 5, 2, 3, 1)


def test_the_epoch_grows_when_a_node_is_ready_anew_and_never_else() -> None:
    node, epochs = a_node(), []
    for move in ("join", "cordon", "uncordon", "lose", "join", "lose", "join"):
        getattr(node, move)(1)
        epochs.append(node.epoch)
    assert epochs == [1, 1, 1, 1, 2, 2, 3]


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_the_back_off_doubles_from_ten_seconds_to_ten_minutes(user: int, infra: int) -> None:
    job = reach(MAKE["Job"](), "RUNNING")
    job.user_failures, job.infra_failures = user, infra
    after = RETRY.backoff_us(user + infra)
    assert after == min(10_000_000 * 2 ** min(user + infra - 1, 10), 600_000_000)
    assert job.back_off(42, "infra") == o.JobRetried(42, 7, 0, "infra", after)


@pytest.mark.parametrize(("ends", "then"), [
    (["SUCCEEDED", "SKIPPED"], "SUCCEEDED"),
    (["SUCCEEDED", "CANCELLED"], "CANCELLED"),
    (["CANCELLED", "FAILED"], "FAILED"),
    (["TIMED_OUT", "CANCELLED"], "FAILED"),
    (["EXPIRED", "SUCCEEDED"], "FAILED"),
])  # fmt: skip
def test_a_pipeline_fails_before_it_is_cancelled_before_it_succeeds(ends, then) -> None:
    pipeline = reach(a_pipeline(), "RUNNING")
    for end in ends:
        pipeline.count_end(end)
    assert pipeline.end(42) == o.PipelineEnded(42, 7, "tenant", then)

"""Every aggregate moves along its table and no other way: allowed moves land where it says, all others raise."""

from importlib import import_module

import pytest
from hypothesis import given, is_hypothesis_test, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from domain.shared.lifecycle import Aggregate, IllegalMove, edges
from reports.domain_model import lifecycles

AGGREGATES = {aggregate.__name__: aggregate for aggregate in lifecycles()}

DESIGNED = {  # from the design of the domain: state → the states that may follow it
    "Step": {
        "PENDING": {"RUNNING", "SKIPPED"},
        "RUNNING": {"SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"},
    },
    "Batch": {
        "TESTING": {"PASSED", "FAILED", "DISSOLVED"},
        "PASSED": {"MERGED", "DISSOLVED"},
        "FAILED": {"EJECTED", "SPLIT", "DISSOLVED"},
    },
    "Pipeline": {
        "CREATED": {"RUNNING", "REJECTED", "CANCELLED"},
        "RUNNING": {"SUCCEEDED", "FAILED", "CANCELLED"},
    },
    "Job": {
        "BLOCKED": {"QUEUED", "SKIPPED", "CANCELLED"},
        "QUEUED": {"ASSIGNED", "CANCELLED", "EXPIRED"},
        "ASSIGNED": {"RUNNING", "QUEUED", "CANCELLED"},
        "RUNNING": {"SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "BACKOFF"},
        "BACKOFF": {"QUEUED", "CANCELLED"},
    },
    "Assignment": {"PROPOSED": {"ACCEPTED", "REJECTED"}, "ACCEPTED": {"RELEASED", "REVOKED"}},
    "Offer": {
        "OPEN": {"CLAIMED", "DECLINED", "EXPIRED", "RESCINDED"},
        "CLAIMED": {"ACCEPTED", "REJECTED", "EXPIRED", "RESCINDED"},
    },
    **{
        name: {
            "OPEN": {"CLAIMED", "DECLINED", "EXPIRED", "RESCINDED"},
            "CLAIMED": {"ACCEPTED", "REJECTED", "EXPIRED", "RESCINDED"},
        }
        for name in ("SharedOffer", "NodeOffer")
    },
    "InverseOffer": {"OPEN": {"ACCEPTED", "DECLINED", "EXPIRED", "RESCINDED"}},
    "Node": {
        "JOINING": {"READY", "DOWN"},
        "READY": {"CORDONED", "DOWN"},
        "CORDONED": {"READY", "DRAINING", "DOWN"},
        "DRAINING": {"GONE", "DOWN"},
        "DOWN": {"READY", "GONE"},
    },
    "Worker": {
        "REQUESTED": {"BOOTING", "FAILED"},
        "BOOTING": {"IDLE", "FAILED"},
        "IDLE": {"BUSY", "DRAINING", "FAILED"},
        "BUSY": {"IDLE", "DRAINING", "FAILED"},
        "DRAINING": {"TERMINATED", "FAILED"},
        "FAILED": {"TERMINATED"},
    },
    "Provider": {
        "ACTIVE": {"DEGRADED", "MAINTENANCE", "DISABLED"},
        "DEGRADED": {"ACTIVE", "MAINTENANCE", "DISABLED"},
        "MAINTENANCE": {"ACTIVE", "DEGRADED", "DISABLED"},
    },
    "User": {"ACTIVE": {"SUSPENDED", "DELETED"}, "SUSPENDED": {"ACTIVE", "DELETED"}},
    "Session": {"OPEN": {"EXPIRED", "REVOKED", "CLOSED"}},
    "Token": {"ISSUED": {"EXCHANGED", "EXPIRED", "REVOKED"}, "EXCHANGED": {"EXPIRED", "REVOKED"}},
    "Alert": {
        "INACTIVE": {"PENDING"},
        "PENDING": {"FIRING", "INACTIVE"},
        "FIRING": {"RESOLVED"},
        "RESOLVED": {"PENDING"},
    },
    "ProviderEndpoint": {"CLOSED": {"OPEN"}, "OPEN": {"HALF_OPEN"}, "HALF_OPEN": {"CLOSED", "OPEN"}},
    "Artifact": {
        "UPLOADING": {"AVAILABLE", "REJECTED"},
        "AVAILABLE": {"PROMOTED", "EXPIRED"},
        "PROMOTED": {"EXPIRED"},
        "EXPIRED": {"COLLECTED"},
    },
    "Execution": {
        "PREPARING": {"RUNNING", "FAILED", "CANCELLED", "TIMED_OUT", "LOST"},
        "RUNNING": {"UPLOADING", "FAILED", "CANCELLED", "TIMED_OUT", "LOST"},
        "UPLOADING": {"COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT", "LOST"},
    },
}
HISTORIES = {
    "Job": "orchestration.test_any_history:AnyHistory",
    "Pipeline": "orchestration.test_any_history:AnyHistory",
    "Step": "orchestration.test_any_history:AnyHistory",
    "Batch": "orchestration.test_merge_queue:AnyOrderOfTests",
    "Offer": "test_promises:AnyHistoryOfScheduling",
    "Assignment": "test_promises:AnyHistoryOfScheduling",
    "SharedOffer": "coordination.test_cells:test_whatever_happens_no_job_is_lost_and_no_room_given_twice",
    "NodeOffer": "coordination.test_cells:test_whatever_happens_no_job_is_lost_and_no_room_given_twice",
    "InverseOffer": "test_upkeep:AnyHistory",
    "Node": "test_upkeep:AnyHistory",
    "Worker": "test_workforce_histories:AnyHistoryOfWorkers",
    "Provider": "test_fleet:AnyHistoryOfMachines",
    "ProviderEndpoint": "test_endpoint:AnyHistoryOfCalls",
    "Execution": "test_executor_histories:AnyHistoryOfAttempts",
    "Artifact": "artifacts.test_artifact_histories:Stores",
    "User": "security.test_directory:Visits",
    "Session": "security.test_directory:Visits",
    "Token": "security.test_authority:TokenDesk",
    "Alert": "test_objectives:NaiveAlerts",
}
"""aggregate → where whatever is asked of it is asked in any order."""
ANY_MOVE = st.sampled_from([*sorted({move for one in AGGREGATES.values() for _, move, _ in edges(one.MOVES)}), "fly"])


def walker(aggregate: type[Aggregate]) -> Aggregate:
    """Something with the aggregate's table and nothing else."""

    class Walker(Aggregate, eq=False):
        id: int = 7
        state: str = aggregate.INITIAL
        MOVES = aggregate.MOVES
        INITIAL = aggregate.INITIAL

    return Walker()


@pytest.mark.parametrize("name", AGGREGATES)
def test_the_table_is_the_designed_one(name: str) -> None:
    table = AGGREGATES[name].MOVES
    follows = {state: set(moves.values()) for state, moves in table.items() if moves}
    assert follows == DESIGNED[name]
    assert set().union(*DESIGNED[name].values()) <= set(table), "every target is a state"


@pytest.mark.parametrize("name", AGGREGATES)
def test_it_is_used_in_any_order_somewhere(name: str) -> None:
    module, _, history = HISTORIES[name].partition(":")
    found = getattr(import_module(f"tests.domain.{module}"), history)
    assert is_hypothesis_test(found) or issubclass(found, RuleBasedStateMachine)


@pytest.mark.parametrize("name", AGGREGATES)
def test_it_begins_in_its_initial_state_and_can_reach_every_other(name: str) -> None:
    aggregate = AGGREGATES[name]
    (default,) = (field for field in aggregate.__struct_fields__ if field == "state") if name != "Node" else ("state",)
    assert default == "state"
    if name != "Node":  # whose state lives in the ledger
        defaults = dict(
            zip(
                aggregate.__struct_fields__[-len(aggregate.__struct_defaults__) :],
                aggregate.__struct_defaults__,
                strict=True,
            )
        )
        assert defaults["state"] == aggregate.INITIAL
    reached, todo = {aggregate.INITIAL}, [aggregate.INITIAL]
    while todo:
        for target in aggregate.MOVES[todo.pop()].values():
            if target not in reached:
                reached.add(target)
                todo.append(target)
    assert reached == set(aggregate.MOVES)


@pytest.mark.parametrize("name", AGGREGATES)
@given(moves=st.lists(ANY_MOVE, max_size=30))
@settings(max_examples=100, deadline=None)
def test_allowed_moves_land_forbidden_ones_raise_and_terminal_states_absorb(name: str, moves: list[str]) -> None:
    thing = walker(AGGREGATES[name])
    for move in moves:
        before, allowed = thing.state, thing.MOVES[thing.state]
        assert thing.ended == (not allowed)
        if move in allowed:
            thing.move(move)
            assert thing.state == allowed[move]
        else:
            with pytest.raises(IllegalMove, match=f"is {before} and cannot {move}"):
                thing.move(move)
            assert thing.state == before

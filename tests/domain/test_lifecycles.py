"""Every aggregate moves along its table and no other way: allowed moves land where it says, all others raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.shared.lifecycle import Aggregate, IllegalMove, edges
from tests.architecture.domain_docs import lifecycles

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

"""The benchmarks measure things that do the same, and the command says what it found."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.fastpath.jit import AVAILABLE
from windtunnel.benching import memory, shared_state
from windtunnel.commands.bench import bench

COMPILED = pytest.mark.skipif(not AVAILABLE, reason="the compiled path needs the extra `fast`")


def said(*arguments: str):
    result = CliRunner().invoke(bench, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@given(st.integers(0, 3000))
def test_every_way_to_keep_offers_tells_the_same_history(offers: int) -> None:
    stores = [make() for make in memory.STORES.values()]
    for store in stores:
        memory.drive(store, offers)
    assert stores[0].history() == stores[1].history() == stores[2].history()
    assert len(stores[0].history()) == offers


@pytest.mark.parametrize("strategy", shared_state.STRATEGIES)
def test_schedulers_that_share_a_ledger_neither_lose_capacity_nor_give_it_twice(strategy: str) -> None:
    found = shared_state.measure(strategy, workers=2, nodes=64, seconds=0.05)
    assert found.placements > 0
    assert (found.conflicts == 0) or strategy in ("snapshot", "optimistic")


def test_a_commit_on_an_old_view_is_refused() -> None:
    from threading import Lock

    ledger = shared_state.Ledger(memoryview(bytearray(2 * 8 * 64)), 64, [Lock()])
    for node in range(64):
        ledger.free[node] = 8
    mine: dict = {}
    node, took = shared_state.snapshot(ledger, 0, 8, mine)
    assert took
    for other in range(64):
        ledger.free[other] = 0
    assert shared_state.snapshot(ledger, 5, 8, mine) == (5, False), "the copy still says that there is room"


def test_the_offer_loop_is_measured_on_the_readable_path() -> None:
    found = said("offer-loop", "--nodes", "20", "--seconds", "0.05", "--path", "readable", "--pending", "200")
    assert found["path"] == "readable"
    assert found["placements"] > 0
    assert found["work"]["offers"] == found["placements"]


@pytest.mark.parametrize("model", ["two-level", "shared-state", "partitioned"])
def test_several_schedulers_can_be_measured(model: str) -> None:
    found = said("offer-loop", "--nodes", "40", "--seconds", "0.05", "--path", "readable", "--coordination", model)
    assert found["placements"] > 0


def test_unknown_policies_are_named_with_what_there_is() -> None:
    result = CliRunner().invoke(bench, ["offer-loop", "--policy", "drf/fifo/nowhere"])
    assert "no placement is called nowhere; there are best-fit" in str(result.exception)


@COMPILED
def test_memory_and_shared_state_are_tables_too() -> None:
    assert [one["strategy"] for one in said("memory", "--offers", "100")] == list(memory.STORES)
    found = said("shared-state", "--workers", "1", "--seconds", "0.02", "--nodes", "64")
    assert [one["strategy"] for one in found] == list(shared_state.STRATEGIES)


@COMPILED
def test_compiled_index_and_plain_objects_place_the_same() -> None:
    from windtunnel.benching.matching import compiled, index, objects

    for placement in ("best-fit", "spread"):
        ways = [way(60, 16, placement) for way in (compiled, index, objects)]
        for way in ways:
            way.turn(300)
        assert ways[0].where() == ways[1].where() == ways[2].where()


@COMPILED
def test_one_cycle_gives_agents_to_the_same_frameworks() -> None:
    from windtunnel.benching.drf_cycle import measure

    assert measure(300, 7, rounds=1).same
    assert measure(40, 100, rounds=1).same

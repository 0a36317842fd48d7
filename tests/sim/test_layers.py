"""The profile of a run: where the time went adds up, and looking does not change the run."""

import signal

from scenarios.loader import resolve_policies
from sim.layers import LAYERS, LayerTimes
from sim.run import simulate


def test_layers_have_names_and_the_run_stays_the_same(scenario) -> None:
    small = scenario(horizon="3d")
    (policy,) = resolve_policies(small)
    profiled = simulate(small, policy, profile=True)
    assert profiled.digest == simulate(small, policy).digest
    assert set(profiled.layer_s) <= {*LAYERS.values(), "other"}
    assert profiled.layer_s["scheduling"] > 0
    assert sum(profiled.layer_s.values()) <= profiled.wall_s * 1.5


def test_the_handler_that_was_there_comes_back() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with LayerTimes():
        assert signal.getsignal(signal.SIGPROF) != before
    assert signal.getsignal(signal.SIGPROF) == before


def test_a_frame_counts_to_the_most_particular_module() -> None:
    times = LayerTimes()
    assert times._find("sim.bus") == "event bus"
    assert times._find("sim.processes.arrivals") == "simulated time"
    assert times._find("simpy.core") == "simulated time"
    assert times._find("numpy.random") == ""

"""`--warm-up auto`: a few pilot runs of every policy say how much of the beginning to leave out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.shared.units import SECOND_US
from reports.transient import FIRST_PILOT, PILOTS, in_system, warm_up
from sim.run import simulate
from windtunnel.counting import counting
from windtunnel.exits import BadInput
from windtunnel.pool import Pool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scenarios.spec import Scenario

Pilot = tuple["NDArray[np.float64]", int]


def pilot(scenario: "Scenario", policy: str, number: int) -> Pilot:
    """Jobs in the system over time, and the horizon."""
    result = simulate(scenario, policy, replication=FIRST_PILOT + number)
    return in_system(result), result.horizon_us


def automatic(scenario: "Scenario", policies: Sequence[str], jobs: int, quiet: bool) -> int:
    """The warm-up that the slowest policy needs, in whole seconds of µs, the same for all so that they stay comparable.

    Raises BadInput where MSER-5 finds no steady state.
    """
    pool: Pool[Pilot] = Pool(jobs)
    found: list[Pilot] = []
    with pool, counting("warm-up", quiet) as count:
        for policy in policies:
            for number in range(PILOTS):
                pool.ask(pilot, scenario, policy, number)
        for answer in pool.answers():
            found.append(answer)
            count(len(found), PILOTS * len(policies))
    longest = 0
    for at, policy in enumerate(policies):
        of_one = found[at * PILOTS : (at + 1) * PILOTS]
        ends, said = warm_up([series for series, _ in of_one], of_one[0][1])
        if said.why_none:
            raise BadInput(f"--warm-up auto: {policy}: {said.why_none}; say yourself how long, as --warm-up 12h")
        longest = max(longest, ends)
    return -(-longest // SECOND_US) * SECOND_US

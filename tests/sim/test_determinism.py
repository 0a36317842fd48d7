"""The same scenario and seed give the same digest in any process, whatever Python does with its hashes."""

import subprocess
import sys

import pytest

PROGRAM = """
from scenarios.loader import load_scenario, resolve_policies
from sim.run import simulate
scenario = load_scenario("quickstart", ["horizon=1d"])
for policy in resolve_policies(scenario):
    print(policy, simulate(scenario, policy).digest)
"""


def test_the_digest_survives_another_process_and_another_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 3


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_the_digest_does_not_depend_on_how_batches_are_cut(pieces: int) -> None:
    from domain.contracts.scheduling import OfferClaimed
    from sim.digest import Digest

    events = [OfferClaimed(at, at + 1, 3) for at in range(70_000)]
    whole, cut = Digest(), Digest()
    whole(events, [])
    for first in range(0, len(events), -(-len(events) // pieces)):
        cut(events[first : first + -(-len(events) // pieces)], [])
    assert whole.hex() == cut.hex()


def test_any_change_of_any_event_changes_the_digest() -> None:
    from domain.contracts.scheduling import OfferClaimed, OfferDeclined
    from sim.digest import Digest

    def digest(*events):
        one = Digest()
        one(events, [])
        return one.hex()

    base = digest(OfferClaimed(1, 2, 3), OfferDeclined(4, 5))
    others = [
        digest(OfferClaimed(1, 2, 4), OfferDeclined(4, 5)),
        digest(OfferDeclined(4, 5), OfferClaimed(1, 2, 3)),
        digest(OfferClaimed(1, 2, 3)),
        digest(OfferClaimed(1, 2, 3), OfferDeclined(5, 5)),
    ]
    assert base not in others

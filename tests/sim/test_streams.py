"""Random streams: named, repeatable, apart from each other, and the same for ever."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.streams import Streams

PINNED = [  # (seed, replication, entity, purpose) and the first draws below 2^32
    ((0, 0, "", ""), [2571022975, 1250579442, 687668712]),
    ((1, 0, "workload", "arrivals"), [3331791920, 4011508389, 1569429296]),
    ((1, 0, "workload", "durations"), [3559872174, 1363460408, 3871433425]),
    ((1, 1, "workload", "arrivals"), [1912556977, 3102657614, 1228767086]),
    ((2, 0, "workload", "arrivals"), [1118010581, 2948021305, 3221037238]),
    ((2**64, 0, "µ", "λ"), [3090278449, 246731998, 4284579152]),
]
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=5)


def draws(seed: int, replication: int, entity: str, purpose: str, count: int = 8) -> list[int]:
    return Streams(seed, replication)(entity, purpose).integers(2**32, size=count).tolist()


@pytest.mark.parametrize(("stream", "first"), PINNED)
def test_the_first_draws_never_change(stream, first) -> None:
    """Whoever publishes a seed publishes these numbers: a change here changes every published result."""
    assert draws(*stream, count=3) == first


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), NAMES, NAMES), unique=True, max_size=12))
def test_another_seed_replication_entity_or_purpose_is_another_stream(names) -> None:
    assert len({tuple(draws(*name)) for name in names}) == len(names)


@given(NAMES, NAMES, st.lists(NAMES, max_size=5))
def test_what_others_draw_moves_nothing(entity: str, purpose: str, others: list[str]) -> None:
    """Streams may be asked for in any order, again, and drawn from in turns."""
    alone = draws(5, 0, entity, purpose)
    streams = Streams(5)
    one = streams(entity, purpose)
    mixed = []
    for at in range(8):
        mixed.append(int(one.integers(2**32)))
        for other in others:
            streams(other, f"{purpose}{at}").random(3)
    assert mixed == alone
    assert draws(5, 0, entity, purpose) == alone


def test_streams_whose_names_are_neighbours_look_independent() -> None:
    """Correlation of ten thousand uniform draws: for independent streams |r| < 0.05 but for one in a million."""
    streams = Streams(1)
    samples = [streams("pool", f"boot-{at}").random(10_000) for at in range(8)]
    samples += [Streams(seed, replication)("pool", "boot-0").random(10_000) for seed, replication in ((2, 0), (1, 1))]
    for one, other in pairwise(samples):
        assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.05
    assert abs(float(np.mean(samples)) - 0.5) < 0.005

"""Bottom levels: how long the way from a job to the end of its pipeline is expected to be."""

from collections.abc import Mapping, Sequence


def bottom_levels(needs: Mapping[str, Sequence[str]], estimates_us: Mapping[str, int]) -> dict[str, int]:
    """Per job its own estimate and the longest way through those that need it, whether directly or not.

    `needs` name jobs of the same mapping and form no cycle.
    """
    after: dict[str, list[str]] = {name: [] for name in needs}
    missing = dict.fromkeys(needs, 0)  # how many that need the job have no level yet
    for name, wanted in needs.items():
        for need in dict.fromkeys(wanted):
            after[need].append(name)
            missing[need] += 1
    levels: dict[str, int] = {}
    ready = [name for name, count in missing.items() if not count]
    while ready:
        name = ready.pop()
        levels[name] = estimates_us[name] + max((levels[one] for one in after[name]), default=0)
        for need in dict.fromkeys(needs[name]):
            missing[need] -= 1
            if not missing[need]:
                ready.append(need)
    return levels

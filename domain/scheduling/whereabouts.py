"""Who is where: jobs that have a place or an offer, counted by what rules about neighbours ask for."""

from collections.abc import Mapping, Sequence

from domain.scheduling.demand import Demand
from domain.shared.requirements import Affinity


def words_of(demand: Demand, tenant: str) -> tuple[str, str, str]:
    """What a job counts as."""
    return (f"label:{demand.label}", f"pipeline:{demand.pipeline}", f"tenant:{tenant}")


def word_of(rule: Affinity, demand: Demand) -> str:
    """What a rule of this demand asks for, in the same words; `pipeline` alone means its own."""
    return f"pipeline:{demand.pipeline}" if rule.to == "pipeline" else rule.to


class Whereabouts:
    """Counts per word and row; and which parked shapes may be helped when a job of that word comes or goes."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._counts: dict[str, dict[int, int]] = {}  # word → row → jobs
        self._comers: dict[str, dict[int, None]] = {}  # word → parked shapes that one more of these may help
        self._leavers: dict[str, dict[int, None]] = {}  # the same for one less

    def enter(self, row: int, demand: Demand) -> list[int]:
        """A job has come to a row; returns the parked shapes that this concerns."""
        for word in words_of(demand, self.names[demand.tenant]):
            rows = self._counts.setdefault(word, {})
            rows[row] = rows.get(row, 0) + 1
        return self._concerned(demand, self._comers)

    def leave(self, row: int, demand: Demand) -> list[int]:
        """It has left again."""
        for word in words_of(demand, self.names[demand.tenant]):
            rows = self._counts[word]
            rows[row] -= 1
            if not rows[row]:
                del rows[row]
                if not rows:
                    del self._counts[word]
        return self._concerned(demand, self._leavers)

    def at(self, word: str) -> Mapping[int, int]:
        """How many jobs of the word are on which row."""
        return self._counts.get(word, {})

    def parked(self, shape: int, demand: Demand) -> None:
        """Remember what this shape waits for: only a hard rule keeps anybody waiting.

        Who wants to be near something is helped when that comes, or when the last of its own kind leaves and it may be
        the first; who wants to be away, when it leaves; who is spread, by both: the fewest may become more.
        """
        for rule in demand.requirements.affinity:
            if not rule.weight:
                word = word_of(rule, demand)
                self._leavers.setdefault(word, {})[shape] = None
                if not rule.anti:
                    self._comers.setdefault(word, {})[shape] = None
        if any(rule.hard for rule in demand.requirements.spread):
            for waiting in (self._comers, self._leavers):
                waiting.setdefault(f"label:{demand.label}", {})[shape] = None

    def forget(self, shape: int) -> None:
        """It waits for nothing any more."""
        for waiting in (self._comers, self._leavers):
            for word in [word for word, shapes in waiting.items() if shape in shapes]:
                del waiting[word][shape]
                if not waiting[word]:
                    del waiting[word]

    def _concerned(self, demand: Demand, waiting: Mapping[str, Mapping[int, None]]) -> list[int]:
        if not waiting:
            return []
        words = words_of(demand, self.names[demand.tenant])
        return list(dict.fromkeys(shape for word in words for shape in waiting.get(word, ())))

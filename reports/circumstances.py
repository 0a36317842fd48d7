"""What a reader must know of how a run was made that is in no result: cut short, changed, repeated, judged."""

from typing import NamedTuple

from reports.findings import Experiment, Judgement


class Circumstances(NamedTuple):
    """Whether it was `interrupted`, policies may be missing then; changes to the scenario as given (`horizon=2d`).

    `experiment` is what its replications say, `thresholds` how each of them was judged.
    """

    interrupted: bool = False
    settings: tuple[str, ...] = ()
    experiment: Experiment | None = None
    thresholds: tuple[Judgement, ...] = ()

    def warnings(self) -> tuple[str, ...]:
        """To be shown above every warning about figures."""
        cut = ("The run was interrupted: only the policies that had finished are here.",) if self.interrupted else ()
        return (*cut, *(self.experiment.warnings if self.experiment else ()))


USUAL = Circumstances()

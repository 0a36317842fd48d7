"""What a reader must know of how a run was made that is in no result: cut short, or changed on the command line."""

from typing import NamedTuple


class Circumstances(NamedTuple):
    """Whether it was `interrupted`, policies may be missing then; changes to the scenario as given (`horizon=2d`)."""

    interrupted: bool = False
    settings: tuple[str, ...] = ()

    def warnings(self) -> tuple[str, ...]:
        """To be shown above every warning about figures."""
        return ("The run was interrupted: only the policies that had finished are here.",) if self.interrupted else ()


USUAL = Circumstances()

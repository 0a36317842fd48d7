"""Views of the fleet: what one of several schedulers sees of the capacity ledger, as a ledger of its own."""

from array import array

from domain.scheduling.ledger import GONE, READY, CapacityLedger
from domain.shared.resources import Resources

AMOUNTS = (
    "total_cpu", "total_memory", "total_disk", "total_gpu", "free_cpu", "free_memory", "free_disk", "free_gpu",
)  # fmt: skip


class Snapshot(CapacityLedger):
    """What was planned may be given back to a row that was looked at anew since: never more than its total."""

    def give(self, row: int, ask: Resources) -> None:
        for free, total, back in zip(AMOUNTS[4:], AMOUNTS[:4], ask.as_tuple(), strict=True):
            column: array[int] = getattr(self, free)
            column[row] = min(column[row] + back, getattr(self, total)[row])


def masked(truth: CapacityLedger) -> CapacityLedger:
    """The same columns but for the state: of what the scheduler is not to see, GONE."""
    view = CapacityLedger()
    for column in ("epoch", *AMOUNTS):
        setattr(view, column, getattr(truth, column))
    return view


def extend(view: CapacityLedger, truth: CapacityLedger) -> None:
    """Give a view as many rows as the truth has, GONE to begin with; columns that it shares have them already."""
    for column in ("state", "epoch", *AMOUNTS):
        own: array[int] = getattr(view, column)
        missing = len(truth) - len(own)
        if missing > 0:
            own.extend([GONE if column == "state" else 0] * missing)


def copy_row(view: CapacityLedger, truth: CapacityLedger, row: int) -> None:
    """A snapshot of a row, as it is now."""
    for column in ("state", "epoch", *AMOUNTS):
        getattr(view, column)[row] = getattr(truth, column)[row]


def show_slice(view: CapacityLedger, truth: CapacityLedger, row: int, held: Resources) -> None:
    """Of a node only what the scheduler holds of it."""
    copy_row(view, truth, row)
    view.state[row] = READY
    view.free_cpu[row], view.free_memory[row], view.free_disk[row], view.free_gpu[row] = held.as_tuple()


def hide(view: CapacityLedger, row: int) -> None:
    """Nothing of a node."""
    view.state[row] = GONE
    view.free_cpu[row] = view.free_memory[row] = view.free_disk[row] = view.free_gpu[row] = 0

"""The capacity ledger: one struct of arrays that owns what every node has and what of it is free."""

from array import array
from heapq import heappop, heappush

from domain.shared.resources import Resources

GONE, JOINING, READY, CORDONED, DRAINING, DOWN = range(6)
STATES = ("GONE", "JOINING", "READY", "CORDONED", "DRAINING", "DOWN")
"""The `state` column holds indices into this."""


class OverCommit(Exception):
    """Our own bug: something asked the ledger for more than there is, or gave back more than it took."""


class CapacityLedger:
    """A row per node, a column per fact; 64-bit integers throughout, so that compiled code can look at the same memory.

    For every row and dimension 0 ≤ free ≤ total. What is not free is out on an offer or allocated; the live offers and
    assignments say which. Rows of nodes that left are reused, lowest first.
    """

    __slots__ = (
        "_vacant", "epoch", "free_cpu", "free_disk", "free_gpu", "free_memory", "state", "total_cpu", "total_disk",
        "total_gpu", "total_memory",
    )  # fmt: skip

    def __init__(self) -> None:
        self.state = array("q")
        self.epoch = array("q")
        self.total_cpu, self.total_memory, self.total_disk, self.total_gpu = (array("q") for _ in range(4))
        self.free_cpu, self.free_memory, self.free_disk, self.free_gpu = (array("q") for _ in range(4))
        self._vacant: list[int] = []

    def __len__(self) -> int:
        return len(self.state)

    def open_row(self, capacity: Resources) -> int:
        """A row for a node that joins, everything free."""
        if self._vacant:
            row = heappop(self._vacant)
        else:
            row = len(self.state)
            for column in self._columns():
                column.append(0)
        self.state[row] = JOINING
        self.total_cpu[row] = self.free_cpu[row] = capacity.cpu_millis
        self.total_memory[row] = self.free_memory[row] = capacity.memory_mib
        self.total_disk[row] = self.free_disk[row] = capacity.disk_mib
        self.total_gpu[row] = self.free_gpu[row] = capacity.gpu_millis
        return row

    def close_row(self, row: int) -> None:
        """Forget a node; raises OverCommit while anything is taken there."""
        if not self.is_empty(row):
            raise OverCommit(f"row {row} leaves with capacity in use: {self.describe(row)}")
        self.state[row] = GONE  # the epoch stays: the next node in this row must not look like this one
        heappush(self._vacant, row)

    def take(self, row: int, ask: Resources) -> None:
        """Take capacity for an offer; raises OverCommit, and takes nothing, where there is not so much."""
        cpu = self.free_cpu[row] - ask.cpu_millis
        memory = self.free_memory[row] - ask.memory_mib
        if cpu < 0 or memory < 0:
            raise OverCommit(f"row {row} has no room for {ask}: {self.describe(row)}")
        if ask.disk_mib or ask.gpu_millis:  # most jobs ask for neither
            disk = self.free_disk[row] - ask.disk_mib
            gpu = self.free_gpu[row] - ask.gpu_millis
            if disk < 0 or gpu < 0:
                raise OverCommit(f"row {row} has no room for {ask}: {self.describe(row)}")
            self.free_disk[row] = disk
            self.free_gpu[row] = gpu
        self.free_cpu[row] = cpu
        self.free_memory[row] = memory

    def give(self, row: int, ask: Resources) -> None:
        """Give capacity back; raises OverCommit, and gives nothing, where more comes back than was taken."""
        cpu = self.free_cpu[row] + ask.cpu_millis
        memory = self.free_memory[row] + ask.memory_mib
        if cpu > self.total_cpu[row] or memory > self.total_memory[row]:
            raise OverCommit(f"row {row} never gave {ask}: {self.describe(row)}")
        if ask.disk_mib or ask.gpu_millis:
            disk = self.free_disk[row] + ask.disk_mib
            gpu = self.free_gpu[row] + ask.gpu_millis
            if disk > self.total_disk[row] or gpu > self.total_gpu[row]:
                raise OverCommit(f"row {row} never gave {ask}: {self.describe(row)}")
            self.free_disk[row] = disk
            self.free_gpu[row] = gpu
        self.free_cpu[row] = cpu
        self.free_memory[row] = memory

    def is_empty(self, row: int) -> bool:
        return (
            self.free_cpu[row] == self.total_cpu[row]
            and self.free_memory[row] == self.total_memory[row]
            and self.free_disk[row] == self.total_disk[row]
            and self.free_gpu[row] == self.total_gpu[row]
        )

    def total(self, row: int) -> Resources:
        return Resources(self.total_cpu[row], self.total_memory[row], self.total_disk[row], self.total_gpu[row])

    def free(self, row: int) -> Resources:
        return Resources(self.free_cpu[row], self.free_memory[row], self.free_disk[row], self.free_gpu[row])

    def describe(self, row: int) -> str:
        return f"{STATES[self.state[row]]}, free {self.free(row)} of {self.total(row)}"

    def _columns(self) -> tuple["array[int]", ...]:
        return (
            self.state, self.epoch, self.total_cpu, self.total_memory, self.total_disk, self.total_gpu, self.free_cpu,
            self.free_memory, self.free_disk, self.free_gpu,
        )  # fmt: skip

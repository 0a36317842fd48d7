"""Turns in a tree of tenants: from the root down, the branch that counts for the least.

Source: Bhattacharya et al., Hierarchical Scheduling for Diverse Datacenter Workloads, SoCC 2013, section 4: what the
branches of a node hold is scaled to the least of those that are not blocked before it is added up, so that none pays
for what its siblings need of another resource; blocked branches count as they are; resources of which nothing is left
are not looked at above the leaves.
"""

from collections.abc import Mapping, Sequence

from domain.scheduling.policies.account import EQUAL, Account, Four, Standing
from domain.scheduling.policies.allocators import Allocator
from domain.scheduling.queue import DemandQueue
from domain.scheduling.quotas import Amounts
from domain.scheduling.ranking import ABSENT
from domain.scheduling.turntaking.keeping import KeptTurns
from domain.shared.resources import Resources

ROOT = -1
FINE = 1 << 20
"""What branches hold is counted in 1/FINE of a unit, so that scaling rounds little away."""


class Branch:
    """A node of the tree. A tenant that others are part of has its own jobs in a leaf beside theirs.

    `share` is None while nothing below can start.
    """

    __slots__ = ("account", "children", "leaf", "parent", "share")

    def __init__(self, leaf: int, parent: "Branch | None", weight: int) -> None:
        self.leaf = leaf  # the tenant whose jobs these are, ROOT for an inner node
        self.parent = parent
        self.children: list[Branch] = []
        self.account = Account(weight)
        self.share: int | None = None
        if parent is not None:
            parent.children.append(self)


class InHierarchy(KeptTurns):
    """Each change is carried up to the root, past the siblings on the way; nothing else is computed again."""

    def __init__(
        self, allocator: Allocator, tenants: Sequence[tuple[str, int]], queue: DemandQueue,
        standing: Mapping[str, Standing], ageing_us: int, guarantees: Sequence[Amounts],
    ) -> None:  # fmt: skip
        super().__init__(allocator, tenants, queue, standing, ageing_us, guarantees)
        weights, parents = dict(tenants), {name: standing.get(name, EQUAL).parent for name, _ in tenants}
        root = self._root = Branch(ROOT, None, 1)
        inner: dict[str, Branch] = {"": root}

        def inside(name: str) -> Branch:
            if name not in inner:
                inner[name] = Branch(ROOT, inside(parents[name]), weights[name])
            return inner[name]

        self._leaves: list[Branch] = []
        for number, (name, weight) in enumerate(tenants):
            is_parent = name in parents.values()
            above = inside(name) if is_parent else inside(parents[name])
            self._leaves.append(Branch(number, above, 1 if is_parent else weight))
        self._held = [0, 0, 0, 0]
        self._left: Four = (0, 0, 0, 0)

    def charge(self, tenant: int, ask: Resources, sign: int) -> None:
        super().charge(tenant, ask, sign)
        for dimension, amount in enumerate(ask.as_tuple()):
            self._held[dimension] += sign * amount

    def first(self) -> int:
        if self._alone:
            return super().first()
        total = self._total
        left: Four = tuple(of if have < of else 0 for have, of in zip(self._held, total, strict=True))  # type: ignore[assignment]
        if left != self._left:
            self._left = left
            self._changed.update(self._everybody)
        heads = self._queue.heads
        for tenant in self._changed:
            own, leaf = self.accounts[tenant], self._leaves[tenant]
            _hold(leaf.account, tuple(FINE * held for held in _held(own)))
            fine = tuple(FINE * of for of in total)
            leaf.share = None if heads[tenant] is None else self._allocator(leaf.account, fine)  # type: ignore[arg-type]
        above = dict.fromkeys(leaf.parent for leaf in map(self._leaves.__getitem__, self._changed))
        self._changed.clear()
        for branch in above:
            self._carry_up(branch)
        branch = self._root
        if branch.share is None:
            return ABSENT
        while branch.leaf == ROOT:
            branch = min((one for one in branch.children if one.share is not None), key=lambda one: one.share or 0)
        return branch.leaf

    def _carry_up(self, branch: Branch | None) -> None:
        total = self._total
        whole: Four = tuple(FINE * of for of in total)  # type: ignore[assignment]
        left: Four = tuple(FINE * of for of in self._left)  # type: ignore[assignment]
        while branch is not None:
            shares = [one.share for one in branch.children if one.share is not None]
            least = min(shares, default=0)
            sums = [0, 0, 0, 0]
            for one in branch.children:
                scaled = one.share is not None and one.share > 0
                for dimension, held in enumerate(_held(one.account)):
                    sums[dimension] += held * least // one.share if scaled else held  # type: ignore[operator]
            _hold(branch.account, tuple(sums))
            seen = left if any(left) else whole
            branch.share = self._allocator(branch.account, seen) if shares else None
            branch = branch.parent


def _held(account: Account) -> Four:
    return account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis


def _hold(account: Account, amounts: tuple[int, ...]) -> None:
    account.cpu_millis, account.memory_mib, account.disk_mib, account.gpu_millis = amounts

"""Which running jobs make way for a waiting one that no node has room for: as few as will do, never its equals.

Victims have a strictly lower priority. Of a node's jobs the least important go first, of equals the youngest, as the
least work is lost with them; whoever can be spared stays. The node is taken whose most important victim matters
least, then with the fewest victims, then with the youngest; ties go to the node that came first. Source: the order of
Kubernetes' preemption (kubernetes.io, "Pod Priority and Preemption", v1.31), without disruption budgets.
"""

from collections.abc import Iterable

import msgspec

from domain.scheduling.offers import Assignment

NEVER, INTERRUPTIBLE, PRIORITY = "never", "interruptible", "priority"
PREEMPTED = "preempted"


class Preemption(msgspec.Struct, frozen=True):
    """`rule` says whose work may be stopped: nobody's, that of interruptible jobs of lower priority, or of all such.

    A victim may go on for `grace_us` after it was asked to leave.
    """

    rule: str = NEVER
    grace_us: int = 30_000_000

    def may_stop(self, assignment: Assignment, priority: int) -> bool:
        """Whether this work may make way for a job of that priority."""
        requirements = assignment.demand.requirements
        if self.rule == NEVER or requirements.priority >= priority:
            return False
        return self.rule == PRIORITY or requirements.interruptible


def in_turn(work: Iterable[Assignment]) -> list[Assignment]:
    """The order in which work has to go: the least important first, of equals the youngest."""
    return sorted(work, key=lambda one: (one.demand.requirements.priority, -one.id))


def harm(victims: Iterable[Assignment]) -> tuple[int, int, int]:
    """How bad it is to stop these: the priority of the most important, how many, how old the oldest is."""
    chosen = list(victims)
    return max(one.demand.requirements.priority for one in chosen), len(chosen), -min(one.id for one in chosen)

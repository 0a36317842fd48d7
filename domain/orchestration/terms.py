"""The terms on which a job or a pipeline runs, besides resources and needs: retries, groups, approvals, steps."""

import re
from typing import Literal, get_args

import msgspec

from domain.shared.units import DAY_US

Condition = Literal["success", "failure", "always", "completed", "cancelled"]
"""Which ends of its needs a job accepts; see `domain.orchestration.conditions`."""

AutoCancel = Literal["", "conservative", "interruptible"]
"""What a newer pipeline of the same tenant, event and ref does to an older one; "" leaves it alone.

`conservative` cancels it while no job that is not interruptible has started, `interruptible` cancels just its
interruptible jobs (GitLab's `workflow:auto_cancel:on_new_commit`, docs.gitlab.com, read 2026-11).
"""

ProcessMode = Literal["unordered", "oldest_first", "newest_first", "newest_ready_first"]
"""Who gets a free resource group; see `domain.orchestration.groups.Resource`."""

CONDITIONS: tuple[Condition, ...] = get_args(Condition)
AUTO_CANCEL: tuple[AutoCancel, ...] = get_args(AutoCancel)
PROCESS_MODES: tuple[ProcessMode, ...] = get_args(ProcessMode)


class RetryPolicy(msgspec.Struct, frozen=True, gc=False):
    """How many further attempts follow failures of each cause, and how long the job backs off before each.

    The back-off is `first_us` after the first failure, `factor` times the last after each, at most `longest_us`.
    """

    user: int = 0
    infra: int = 2
    timeout: int = 0
    first_us: int = 10_000_000
    factor: int = 2
    longest_us: int = 600_000_000

    def __post_init__(self) -> None:
        if min(self.user, self.infra, self.timeout) < 0:
            raise ValueError("retries are never negative")
        if self.factor < 1 or not 0 <= self.first_us <= self.longest_us:
            raise ValueError("a back-off never shrinks, and its first is at most its longest")

    def backoff_us(self, failures: int) -> int:
        """How long to wait after so many failures, of whatever cause."""
        wait = self.first_us
        if self.factor > 1:  # else it never grows, and the loop would count all failures
            while failures > 1 and 0 < wait < self.longest_us:
                wait *= self.factor
                failures -= 1
        return min(wait, self.longest_us)


RETRY = RetryPolicy()


class Matrix(msgspec.Struct, frozen=True):
    """Jobs of one pipeline that share this are the combinations of one matrix.

    With `fail_fast` the first failure cancels the others; `max_parallel` of them are queued or run at once, 0: all.
    """

    name: str
    fail_fast: bool = True
    max_parallel: int = 0

    def __post_init__(self) -> None:
        if self.max_parallel < 0:
            raise ValueError(f"matrix {self.name!r}: max_parallel {self.max_parallel} is negative")


class Concurrency(msgspec.Struct, frozen=True):
    """At most one member of the group runs and one waits, per tenant: a newer one that waits cancels the older.

    With `cancel_in_progress` it cancels the running one too. `group` may name {tenant}, {ref}, {event}, {actor},
    {pipeline} and {job}.
    """

    group: str
    cancel_in_progress: bool = False


class ResourceGroup(msgspec.Struct, frozen=True):
    """At most one job of the tenant's group runs; all others wait. `mode` says whose turn is next."""

    group: str
    mode: ProcessMode = "unordered"


class Approval(msgspec.Struct, frozen=True, gc=False):
    """So many people must agree before the job may queue; it is cancelled when one refuses or all take too long."""

    required: int = 1
    expires_us: int = 30 * DAY_US  # GitHub's 30 days (docs.github.com, reviewing deployments, read 2026-11)

    def __post_init__(self) -> None:
        if self.required < 1 or self.expires_us <= 0:
            raise ValueError("an approval needs somebody, and some time")


class StepSpec(msgspec.Struct, frozen=True, gc=False):
    """One step of a job's work: its share of the duration relative to the others, and its own timeout (0: none)."""

    name: str
    share: int = 1
    timeout_us: int = 0

    def __post_init__(self) -> None:
        if not self.name or self.share < 1 or self.timeout_us < 0:
            raise ValueError(f"step {self.name!r} has a name, a positive share and a timeout that is not negative")


GROUP_NAMES = ("tenant", "ref", "event", "actor", "pipeline", "job")
"""What a group's template may name."""

_NAMED = re.compile(rf"\{{({'|'.join(GROUP_NAMES)})\}}")


def resolve(template: str, tenant: str, ref: str, event: str, actor: str, pipeline: int, job: str = "") -> str:
    """The name of a group: groups of two tenants are never the same."""
    if "{" in template:
        known = {"tenant": tenant, "ref": ref, "event": event, "actor": actor, "pipeline": str(pipeline), "job": job}
        template = _NAMED.sub(lambda found: known[found[1]], template)
    whose = tenant.replace("%", "%25").replace("/", "%2F")  # as in an address: the first slash ends the tenant
    return f"{whose}/{template}"

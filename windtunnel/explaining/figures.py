"""What is told of a job: the causes of its wait, looks at the fleet while it waited, and the decision that ended it."""

import msgspec

CAUSES = {
    "held": "its pipeline waited for its concurrency group",
    "needs": "the jobs that it needs had not ended",
    "approval": "nobody had approved it yet",
    "max-parallel": "as many of its matrix ran as may",
    "concurrency": "its concurrency group was taken",
    "resource-group": "its resource group was taken",
    "no-capacity": "no machine that may take it had room",
    "machine-booting": "the machine that it went to was not ready yet",
    "order": "room that would have done went to jobs ahead of it in the order",
    "turn": "room that would have done went to other tenants, whose turn it was",
    "priority": "room that would have done went to jobs of higher priority",
    "reservation": "it had to leave room that another job was waiting for (backfilling)",
    "quota": "its tenant's quota kept it",
    "declined": "its tenant had declined the machines with room",
    "claimed": "the room was being kept for a job that others made way for",
    "neighbours": "rules about what runs where (affinity, spread) kept it from the machines with room",
    "view": "there was room that its scheduler did not see, or that another scheduler held",
    "deciding": "a place was on offer to it and not committed yet",
    "scheduler-busy": "its scheduler was busy deciding on others",
    "message": "word of it had not reached the scheduler",
    "worker-start": "it had its place, and its worker was starting",
    "backoff": "it backed off before its next attempt",
    "lost-attempt": "an attempt ran that came to nothing",
    "running": "it ran",
}
"""Cause → what it means; every moment of a job's life has exactly one."""


class Segment(msgspec.Struct):
    """A piece of a job's life that had one cause."""

    from_us: int
    to_us: int
    cause: str


class Share(msgspec.Struct, frozen=True):
    """How much of the wait one cause is."""

    cause: str
    us: int
    words: str


class Tenant(msgspec.Struct, frozen=True):
    """A tenant as its allocator sees it: the lowest key has the next turn; `share` where the key is one, else None."""

    name: str
    key: int
    share: float | None
    running: int
    cpu_millis: int
    memory_mib: int
    waits: bool  # has a job that could be placed, as far as is known


class Look(msgspec.Struct, frozen=True):
    """A look at the fleet: why how many nodes did not take the job; `takes` is how many would have."""

    at_us: int
    when: str  # queued, waiting or placed
    cause: str
    nodes: int
    takes: int
    rejections: dict[str, int]
    waiting_jobs: int  # all that wait for a place
    tenants: tuple[Tenant, ...]


class Candidate(msgspec.Struct, frozen=True):
    """A node that would have taken the job, and its score: the lowest wins, of equals the lowest row.

    `facts` are those that the placement asks for. The score is the placement's, and above it what the job would have
    liked (`wishes`) and taints that it does not like (`disliked`).
    """

    node: int
    pool: str
    row: int
    score: int
    placement_score: int
    disliked: int
    wishes: int
    facts: dict[str, int]


class Decision(msgspec.Struct, frozen=True):
    """A place that was claimed for the job; `note` says why the winner is not the one with the lowest score."""

    at_us: int
    attempt: int
    node: int
    pool: str
    placement: str
    nodes: int
    candidates: int
    rejections: dict[str, int]
    winner: Candidate | None
    runner_up: Candidate | None
    ahead: int  # candidates with a better score than the winner
    note: str
    tenants: tuple[Tenant, ...]


class Passed(msgspec.Struct):
    """Room that would have done for the job and went to others: how often, and whom it went to last."""

    cause: str
    tenant: str
    times: int
    last_us: int
    last_job: int


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one job of a run; times in µs since the start of the run."""

    job: int
    pipeline: int
    tenant: str
    label: str
    name: str
    state: str
    end_cause: str
    attempts: int
    resources: dict[str, int]
    runs_on: tuple[str, ...]
    requires: tuple[str, ...]
    submitted_us: int
    queued_us: int
    started_us: int
    finished_us: int
    wait_us: int  # from the first queueing to the start of the last attempt, or to the end: as in reports
    wait: tuple[Share, ...]  # sums to it
    before_queue: tuple[Share, ...]  # between its pipeline's submission and its first queueing
    segments: tuple[Segment, ...]
    looks: tuple[Look, ...]
    decisions: tuple[Decision, ...]
    passed: tuple[Passed, ...]
    waited_for: tuple[str, ...]  # the job that it needed and that ended last
    table_node: int  # where it ran last, as a row of nodes.parquet; −1: nowhere
    sentences: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of the command."""

    scenario: str
    policy: str
    allocator: str
    ordering: str
    placement: str
    seed: int
    digest: str
    events: int  # that the run has, and has again
    jobs: tuple[Explanation, ...]

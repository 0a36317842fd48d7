"""The life of one job, piece by piece: no moment is left out and none counts twice."""

from collections.abc import Collection, Iterable

from windtunnel.explaining.figures import CAUSES, Decision, Look, Passed, Segment, Share

BEFORE_QUEUE = ("held", "needs", "approval", "max-parallel", "concurrency", "resource-group")


class Life:
    """What has been seen of a job; `turn` says that from now on something else is the cause."""

    def __init__(self, job: int, pipeline: int, looks_at: Iterable[int]) -> None:
        self.job = job
        self.pipeline = pipeline
        self.looks_at = list(looks_at)  # moments that are worth a look, in order
        self.segments: list[Segment] = []
        self.looks: list[Look] = []
        self.decisions: list[Decision] = []
        self.passed: dict[tuple[str, str], Passed] = {}
        self.waited_for: tuple[str, ...] = ()
        self.blame = ""  # who got room that would have done for it, since it queued
        self.looked = False  # since it queued
        self.attempt = 0
        self.name = ""
        self.runs_on: tuple[str, ...] = ()
        self.requires: tuple[str, ...] = ()
        self.resources: dict[str, int] = {}
        self.state = ""
        self.end_cause = ""
        self.queued_us = self.started_us = self.finished_us = -1

    @property
    def now(self) -> str:
        """The cause at present; "" before it began and after it ended."""
        return self.segments[-1].cause if self.segments and self.segments[-1].to_us < 0 else ""

    def turn(self, now: int, cause: str) -> None:
        if self.now == cause:
            return
        self.close(now)
        if self.segments and self.segments[-1].cause == cause and self.segments[-1].to_us == now:
            self.segments[-1].to_us = -1
        else:
            self.segments.append(Segment(now, -1, cause))

    def close(self, now: int) -> None:
        if self.segments and self.segments[-1].to_us < 0:
            self.segments[-1].to_us = now
            if self.segments[-1].from_us == now:
                self.segments.pop()

    def queue(self, now: int) -> None:
        if self.queued_us < 0:
            self.queued_us = now
        self.blame, self.looked, self.started_us = "", False, -1

    def lost(self) -> None:
        """What ran last came to nothing."""
        if self.segments and self.segments[-1].cause == "running":
            self.segments[-1].cause = "lost-attempt"

    def pass_by(self, now: int, cause: str, tenant: str, job: int) -> None:
        """Room that would have done went to another."""
        self.blame = cause
        found = self.passed.setdefault((cause, tenant), Passed(cause, tenant, 0, 0, 0))
        found.times, found.last_us, found.last_job = found.times + 1, now, job

    def booting(self, from_us: int, to_us: int) -> None:
        """The machine that it went to was on its way meanwhile: where there was no room, that is what it waited for."""
        cut: list[Segment] = []
        for one in self.segments:
            low, high = max(one.from_us, from_us), min(one.to_us if one.to_us >= 0 else to_us, to_us)
            if one.cause != "no-capacity" or low >= high:
                cut.append(one)
                continue
            pieces = ((one.from_us, low, one.cause), (low, high, "machine-booting"), (high, one.to_us, one.cause))
            cut += [Segment(*piece) for piece in pieces if piece[0] != piece[1]]
        self.segments = cut

    def shares(self, since_us: int, until_us: int, only: Collection[str] = CAUSES) -> tuple[Share, ...]:
        """The causes of a stretch of its life, the largest first."""
        found: dict[str, int] = {}
        for one in self.segments:
            length = min(one.to_us, until_us) - max(one.from_us, since_us)
            if length > 0 and one.cause in only:
                found[one.cause] = found.get(one.cause, 0) + length
        return tuple(Share(cause, us, CAUSES[cause]) for cause, us in sorted(found.items(), key=lambda one: -one[1]))

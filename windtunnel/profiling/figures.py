"""What a profile holds: times in seconds of the machine that it was made on, counts that are the same on every one."""

import msgspec


class Share(msgspec.Struct, frozen=True):
    name: str
    seconds: float
    share: float


class Function(msgspec.Struct, frozen=True):
    """One function, by the deterministic profiler: its times contain the profiler's own cost, its calls are exact."""

    name: str
    file: str
    line: int
    calls: int
    own_s: float
    total_s: float
    own_share: float


class Place(msgspec.Struct, frozen=True):
    """A line whose objects were alive when memory was looked at."""

    file: str
    line: int
    bytes: int
    blocks: int
    share: float
    source: str


class Timing(msgspec.Struct, frozen=True):
    """`runs` runs with nothing looking on; the fastest counts."""

    runs: int
    wall_s: float
    slowest_s: float
    us_per_job: float
    us_per_event: float
    jobs_per_s: float


class Sampled(msgspec.Struct, frozen=True):
    """`overhead` is how many times as long as without the profiler the run took; the shares are of processor time."""

    runs: int
    wall_s: float
    cpu_s: float
    overhead: float
    samples: int
    layers: tuple[Share, ...]
    functions: tuple[Share, ...]


class Counted(msgspec.Struct, frozen=True):
    wall_s: float
    overhead: float
    calls: int
    functions: tuple[Function, ...]


class Memory(msgspec.Struct, frozen=True):
    """`peak_bytes` is exact, of what Python and numpy asked for; the places are of the largest look that was taken.

    `process_peak_bytes` is what the process had at most, for this and everything before it.
    """

    wall_s: float
    overhead: float
    peak_bytes: int
    bytes_per_job: float
    looked_at_bytes: int
    places: tuple[Place, ...]
    process_peak_bytes: int


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    scenario: str
    policy: str
    seed: int
    jobs: int
    events: int
    events_per_job: float
    digest: str
    work: dict[str, int]
    timing: Timing
    sampled: Sampled | None = None
    counted: Counted | None = None
    memory: Memory | None = None
    interrupted: bool = False
    files: tuple[str, ...] = ()

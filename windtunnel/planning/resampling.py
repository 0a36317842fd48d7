"""Draws other weeks from a recorded one: blocks of the recording, each from the same time of another recorded day.

A recording is one draw of chance, and replaying it again says nothing of other weeks. A moving-block bootstrap does
(Künsch, Annals of Statistics 17(3), 1989): blocks keep what jobs within them have to do with each other, and what goes
over their borders is lost. Every replication is another week; every fleet sees the same ones.
"""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.spec import Columns, Scenario
from sim.streams import Streams
from windtunnel.exits import BadInput

if TYPE_CHECKING:
    from sim.results import RunResult

DAY_US = 86_400_000_000


class Weeks:
    """`weeks(scenario, replication)` is the scenario with a drawn recording, kept as a file in `folder`."""

    def __init__(self, recorded: "RunResult", block_us: int, folder: Path) -> None:
        """`recorded` is a replay of the recording. Raises BadInput where there are too few blocks to draw from."""
        if DAY_US % block_us:
            raise BadInput("--resample: a day is no whole number of such blocks: take 1d, 12h, 6h, 4h or 1h")
        jobs = recorded.jobs
        ran = jobs.started_us >= 0
        order = np.argsort(jobs.queued_us[ran], kind="stable")
        self.at = jobs.queued_us[ran][order]
        self.took = np.maximum((jobs.finished_us - jobs.started_us)[ran][order], 1)
        self.label = [recorded.labels[code] for code in jobs.label[ran][order].tolist()]
        self.tenant = [recorded.tenants[code] for code in jobs.tenant[ran][order].tolist()]
        self.pipeline = jobs.pipeline[ran][order]
        self.block_us, self.folder = block_us, folder
        self.a_day = DAY_US // block_us
        self.blocks = int(recorded.horizon_us // block_us)
        if self.blocks < 2 * self.a_day:
            raise BadInput("--resample draws from several recorded days, and there are less than two")
        self.files: dict[tuple[int, int], Path] = {}

    def __call__(self, scenario: Scenario, replication: int) -> Scenario:
        key = (scenario.seed, replication)
        if key not in self.files:
            self.files[key] = self._written(*key)
        trace = scenario.workload.trace
        assert trace is not None
        columns = Columns(queued="at", duration="took", label="label", tenant="tenant", pipeline="pipeline")
        changes = {
            "file": str(self.files[key]), "format": "csv", "times": "epoch_s", "duration_unit": "us",
            "columns": columns, "swf": None, "rows": None,
        }  # fmt: skip
        workload = scenario.workload.model_copy(update={"trace": trace.model_copy(update=changes)})
        return scenario.model_copy(update={"workload": workload, "horizon": self.blocks * self.block_us})

    def _written(self, seed: int, replication: int) -> Path:
        random = Streams(seed, replication)("plan", "blocks")
        lines = ["at,took,label,tenant,pipeline"]
        for block in range(self.blocks):
            alike = range(block % self.a_day, self.blocks, self.a_day)
            drawn = alike[int(random.integers(len(alike)))]
            first, last = np.searchsorted(self.at, (drawn * self.block_us, (drawn + 1) * self.block_us))
            moved = (block - drawn) * self.block_us
            for row in range(int(first), int(last)):
                at = int(self.at[row]) + moved
                lines.append(
                    f"{at // 1_000_000}.{at % 1_000_000:06d},{self.took[row]},{_cell(self.label[row])},"
                    f"{_cell(self.tenant[row])},{block}-{self.pipeline[row]}"
                )
        content = ("\n".join(lines) + "\n").encode()
        path = self.folder / f"week-{sha256(content).hexdigest()[:16]}.csv"
        if not path.exists():
            partial = path.with_suffix(".new")
            partial.write_bytes(content)
            partial.replace(path)
        return path


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text

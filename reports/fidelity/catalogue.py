"""Every check by name, and how to run them: each in a process of its own, two at a time where there are two cores."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import perf_counter

from reports.fidelity import closed_forms, logs, recorded, sharing
from reports.fidelity.checks import FAILED, PASSED, SKIPPED, Check, Outcome

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("rlscheduler", "RLScheduler, SC 2020, Lublin-1", logs.rlscheduler, (logs.LUBLIN, logs.LUBLIN_TABLE)),
        Check("easy-artefact", "Gaussier et al., SC 2015, artefact", logs.easy_artefact, (logs.KTH, logs.KTH_TABLE)),
        Check("easy-textbook", "Tsafrir et al., IEEE TPDS 2007", logs.easy_textbook, (logs.KTH,)),
        Check("mmc", "M/M/c, Erlang C (1917)", closed_forms.mmc),
        Check("erlang-b", "Erlang B (1917), M/M/c/c", closed_forms.erlang_b),
        Check("mm12", "M/M/c/K with c=1, K=2", closed_forms.mm12),
        Check("mg1", "Pollaczek–Khinchine", closed_forms.mg1),
        Check("priority", "Cobham (1954), non-preemptive priority", closed_forms.priority),
        Check("shortest-first", "Phipps (1956), non-preemptive SJF", closed_forms.shortest_first),
        Check("tandem", "Jackson (1957), two stations", closed_forms.tandem),
        Check("little", "Little's law (1961)", closed_forms.littles_law),
        Check("drf", "Ghodsi et al., NSDI 2011, section 4", sharing.drf_example),
        Check("lru", "Che et al., IEEE JSAC 2002", sharing.lru),
        Check("bitcoin-days", "bitcoin-core-ci-stats, daily statistics", recorded.bitcoin_days,
              (recorded.BITCOIN, recorded.BITCOIN_DAYS)),
        Check("firefox", "Firefox CI, recorded load", recorded.firefox_concurrency, (recorded.FIREFOX,)),
    )
}  # fmt: skip
"""In the order in which they are begun: the longest first."""


def run_check(name: str, data: str) -> Outcome:
    """Run one check against the folder `data`; it is skipped where one of its files is not there."""
    check, folder = CHECKS[name], Path(data)
    missing = [file for file in check.files if not data or not (folder / file).is_file()]
    if missing:
        return Outcome(name, check.source, SKIPPED, why=f"no {' and no '.join(missing)} in the folder of --data")
    began = perf_counter()
    lines = tuple(check.run(folder))
    verdict = PASSED if lines and all(line.passed for line in lines) else FAILED
    return Outcome(name, check.source, verdict, lines, perf_counter() - began)


def run_checks(names: Sequence[str], data: str, processes: int | None = None) -> Iterator[Outcome]:
    """The outcomes in the order in which they come."""
    processes = processes or min(len(names), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    if processes < 2:
        yield from (run_check(name, data) for name in names)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in as_completed([pool.submit(run_check, name, data) for name in names]):
            yield done.result()

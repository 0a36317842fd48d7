"""Where tasks are done: in processes of this machine, or by the workers of a Dask cluster; answers as they come."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from windtunnel.exits import BadInput
from windtunnel.measuring import Task, measure
from windtunnel.pool import Pool

if TYPE_CHECKING:
    from reports.findings import Replication

Answered = tuple[str, "Replication"]
"""The `run_id` of a task, and what came out."""

PATIENCE_S = 30
"""How long a scheduler may take to answer, and a first worker to come."""


class Executor(Protocol):
    """`with` it; an exception in the block gives up what is not done."""

    remote: bool

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def ask(self, tasks: Sequence[Task]) -> None: ...

    def answers(self) -> Iterator[Answered]:
        """All that was asked for, as it is done."""

    def ready(self) -> Iterator[Answered]:
        """What is there without waiting."""


class Processes:
    """Spawned processes of this machine; with one job, this process."""

    remote = False

    def __init__(self, jobs: int) -> None:
        self.pool: Pool[Answered] = Pool(jobs)

    def __enter__(self) -> Self:
        self.pool.__enter__()
        return self

    def __exit__(self, *why: Any) -> None:
        self.pool.__exit__(*why)

    def ask(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            self.pool.ask(_answer, task)

    def answers(self) -> Iterator[Answered]:
        return self.pool.as_done()

    def ready(self) -> Iterator[Answered]:
        return self.pool.done()


def _answer(task: Task) -> Answered:
    return task.run_id, measure(task)


class Dask:
    """The workers of a Dask cluster that is there already; what a worker was at when it died, others do again."""

    remote = True

    def __init__(self, address: str) -> None:
        self.address = address
        self.futures: dict[Any, str] = {}

    def __enter__(self) -> Self:
        try:
            from distributed import Client
        except ImportError:
            raise BadInput("--executor dask needs Dask: pip install 'windtunnel[dask]'") from None
        try:
            self.client = Client(self.address, timeout=PATIENCE_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise BadInput(f"no Dask scheduler answers at {self.address}: {error}") from None
        try:
            self._inspect()
        except BaseException:
            self.client.close()
            raise
        return self

    def _inspect(self) -> None:
        """Raise BadInput unless every worker would compute the same as this machine."""
        from windtunnel.identity import fingerprint

        try:
            self.client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise BadInput(f"the Dask scheduler at {self.address} has no workers: start dask worker") from None
        ours = fingerprint()
        theirs = self.client.run(_fingerprint, on_error="return")
        problems = [
            f"{worker} has {found}" if isinstance(found, str) else f"{worker} has {name} {found.get(name)}, not {own}"
            for worker, found in sorted(theirs.items())
            for name, own in ours.items()
            if not isinstance(found, dict) or found.get(name) != own
        ]
        if problems:
            listed = "\n".join(dict.fromkeys(problems))
            raise BadInput(f"the Dask workers are not like this machine, so their results would not be:\n{listed}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.futures:
            self.client.cancel(list(self.futures))
        self.client.close()

    def ask(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            key = f"windtunnel-{task.run_id}"
            self.futures[self.client.submit(measure, task, key=key, pure=False)] = task.run_id

    def answers(self) -> Iterator[Answered]:
        from distributed import CancelledError, KilledWorker, as_completed

        for future in as_completed(list(self.futures), loop=self.client.loop):
            try:
                answer = future.result()
            except KilledWorker as error:
                raise BadInput(f"workers died again and again over one run: {error}") from None
            except CancelledError:
                raise BadInput(f"the Dask scheduler at {self.address} gave up the runs, or went away") from None
            yield self.futures.pop(future), answer

    def ready(self) -> Iterator[Answered]:
        for future in [each for each in self.futures if each.status == "finished"]:
            yield self.futures.pop(future), future.result()


def _fingerprint() -> dict[str, str] | str:
    try:
        from windtunnel.identity import fingerprint
    except ImportError as error:
        return f"no windtunnel ({error})"
    return fingerprint()

"""Work spread over processes; answers come in the order in which they were asked for, whatever the processes do."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from windtunnel.exits import BadInput

Answer = TypeVar("Answer")


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool(Generic[Answer]):
    """`with Pool(jobs) as pool: pool.ask(function, …)` any number of times, then `for answer in pool.answers():`.

    Functions and what they take and give must be importable and picklable: processes are spawned afresh, so that this
    works alike on every system. With one job all is done in this process, when its answer is asked for. An exception
    in the block ends the processes at once; answers that are there already can still be had from `ready`.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.asked: deque[tuple[Callable[..., Answer], tuple[Any, ...]] | Future[Answer]] = deque()
        self.executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self.others = set(multiprocessing.active_children())
        return self

    def ask(self, function: Callable[..., Answer], *arguments: Any) -> None:
        if self.jobs == 1:
            self.asked.append((function, arguments))
            return
        if self.executor is None:
            context = multiprocessing.get_context("spawn")
            self.executor = ProcessPoolExecutor(self.jobs, context, initializer=_begin_process)
        self.asked.append(self.executor.submit(function, *arguments))

    def answers(self) -> Iterator[Answer]:
        """All that was asked for, in order; each is waited for."""
        while self.asked:
            first = self.asked[0]
            if isinstance(first, Future):
                answer = _result(first)
            else:
                function, arguments = first
                answer = function(*arguments)
            self.asked.popleft()
            yield answer

    def as_done(self) -> Iterator[Answer]:
        """All that was asked for, each as soon as it is there, in whatever order."""
        futures = [each for each in self.asked if isinstance(each, Future)]
        for future in as_completed(futures):
            answer = _result(future)
            self.asked.remove(future)  # they end about in order: it is near the front
            yield answer
        yield from self.answers()  # with one job there are none to wait for

    def done(self) -> Iterator[Answer]:
        """What is there without waiting, in whatever order."""
        self.asked = deque(sorted(self.asked, key=lambda each: not (isinstance(each, Future) and each.done())))
        return self.ready()

    def ready(self) -> Iterator[Answer]:
        """What is there without waiting, in order, up to the first that is not."""
        while self.asked:
            first = self.asked[0]
            if not isinstance(first, Future) or not first.done() or first.cancelled() or first.exception():
                return
            self.asked.popleft()
            yield first.result()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.executor is None:
            return
        if kind is not None:
            for process in set(multiprocessing.active_children()) - self.others:
                process.terminate()
        self.executor.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[Answer]) -> Answer:
    try:
        return future.result()
    except BrokenProcessPool:
        why = "a process was ended from outside, perhaps for want of memory: try fewer --jobs"
        raise BadInput(why) from None


def _begin_process() -> None:
    """Ctrl-C reaches every process of a terminal: the first one decides what becomes of the others.

    Where that one is killed, it cannot tell them any more: each then ends by itself.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

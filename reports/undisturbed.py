"""A stretch of work that one Ctrl-C (or SIGTERM) does not break off: it is raised when the work is done."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
STDERR = 2


@contextmanager
def undisturbed(what: str) -> Iterator[None]:
    """The first signal is told of, and raised as KeyboardInterrupt afterwards; the second one breaks off at once.

    Elsewhere than in the main thread no signal arrives, and nothing is done about them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pending
        if pending:
            raise KeyboardInterrupt
        pending = True
        os.write(STDERR, f"{what}; once more gives it up.\n".encode())  # a handler may not enter a buffer twice

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
    if pending:
        raise KeyboardInterrupt

"""Files that are written bit by bit: under a temporary name until they are whole, then renamed; `-` is stdout."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from windtunnel.exits import BadInput
from windtunnel.outputs import STDOUT


@contextmanager
def streamed(file: str) -> Iterator[BinaryIO]:
    """Where to write what is to become `file`; when the block fails, nothing of it is left.

    A device, a pipe or a symbolic link is written to, never replaced. Raises BadInput where it cannot be written.
    """
    if file == STDOUT:
        yield sys.stdout.buffer
        return
    path = Path(file)
    direct = path.is_symlink() or (path.exists() and not path.is_file())
    partial = path if direct else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as stream:
            yield stream
        if not direct:
            partial.replace(path)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
    finally:
        if not direct:
            partial.unlink(missing_ok=True)

"""Opens trace files, gzip-compressed or not, as bytes or as lines of UTF-8 text."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from scenarios.traces.errors import refuse

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 1 << 20


def chunks(path: Path) -> Iterator[bytes]:
    """The content, decompressed where it begins like gzip, a piece at a time; raises TraceError."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2).startswith(_GZIP)
            source = gzip.GzipFile(fileobj=raw) if packed else raw
            while piece := source.read(_CHUNK):
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refuse(path, f"damaged gzip data ({error})", "a complete gzip file") from None
    except (OSError, ValueError) as error:
        found = (getattr(error, "strerror", None) or str(error)).lower()
        raise refuse(path, found, "a file that can be read") from None


def content(path: Path) -> bytes:
    return b"".join(chunks(path))


def lines(path: Path) -> Iterator[str]:
    """Lines with their ends, without a byte order mark; raises TraceError where the text is not UTF-8."""
    rest: list[bytes] = []  # joined only where a line ends: a long one would be copied again with every piece
    number = 0
    for piece in chunks(path):
        rest.append(piece)
        if b"\n" in piece:
            *whole, last = b"".join(rest).split(b"\n")
            rest = [last] if last else []
            for line in whole:
                number += 1
                yield _text(path, number, line + b"\n")
    if rest:
        yield _text(path, number + 1, b"".join(rest))


def _text(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        utf16 = number == 1 and line.startswith(_UTF16)
        found = "UTF-16 text" if utf16 else f"byte 0x{line[error.start]:02x}, which is not UTF-8"
        raise refuse(path, found, "UTF-8 text, gzip-compressed or not", number) from None

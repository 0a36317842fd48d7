"""Reads the JSON documents of a file or a folder of pages: one value, one a line, or one after the other."""

import json
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from scenarios.traces.errors import refuse
from scenarios.traces.files import chunks

SUFFIXES = (".json", ".jsonl", ".ndjson")
LARGEST = 256 << 20
"""Bytes of one JSON value: about ten times as much memory is needed to hold what it says."""

_MARK = b"\xef\xbb\xbf"
_NOTHING = object()


class Document(NamedTuple):
    """One JSON value, and where it begins."""

    file: str
    line: int
    value: object


def pages(path: Path) -> list[Path]:
    """The file itself, or the JSON files of a folder and of those in it, by name; raises TraceError where none is."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(one for one in path.rglob("*") if is_page(one) and one.is_file())
    except OSError as error:
        raise refuse(path, (error.strerror or str(error)).lower(), "a folder that can be read") from None
    if not found:
        raise refuse(path, "a folder without JSON files", f"files that end in {', '.join(SUFFIXES)}, or those and .gz")
    return found


def size_and_hash(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file; of a folder, those of its pages together, each by its name and its own hash."""
    if not path.is_dir():
        with path.open("rb") as file:
            return path.stat().st_size, file_digest(file, "sha256").hexdigest()
    whole, size = sha256(), 0
    for page in pages(path):
        of_page, its_hash = size_and_hash(page)
        whole.update(f"{page.relative_to(path).as_posix()} {its_hash}\n".encode())
        size += of_page
    return size, whole.hexdigest()


def is_page(path: Path) -> bool:
    """Whether a file of a folder is read: by its name, and unless it is hidden."""
    return path.name.removesuffix(".gz").endswith(SUFFIXES) and not path.name.startswith(".")


def documents(path: Path) -> Iterator[Document]:
    """Every JSON value in the file at `path`, in order; raises TraceError where it is not JSON, with line and column.

    Lines that are each a value are read one by one, whatever the size of the file; else it is held in memory, and
    refused above LARGEST.
    """
    held: list[bytes] = []  # joined only where a line ends: a long one would be copied again with every piece
    size, line, lines_only = 0, 1, True
    for piece in chunks(path):
        held.append(piece)
        size += len(piece)
        if lines_only and b"\n" in piece:
            *whole, rest = b"".join(held).split(b"\n")
            for number, text in enumerate(whole):
                try:
                    value = _line(text, first=line == 1)
                except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                    lines_only = False
                    rest = b"\n".join((*whole[number:], rest))
                    break
                if value is not _NOTHING:
                    yield Document(str(path), line, value)
                line += 1
            held, size = [rest], len(rest)
        if size > LARGEST:
            found = f"a JSON value of more than {LARGEST >> 20} MiB"
            raise refuse(path, found, "pages of a few thousand jobs, or one object a line", line)
    yield from _values(path, b"".join(held).removeprefix(_MARK), line)


def _line(text: bytes, first: bool) -> object:
    text = text.removeprefix(_MARK) if first else text
    return msgspec.json.decode(text) if text.strip() else _NOTHING


def _values(path: Path, data: bytes, first_line: int) -> Iterator[Document]:
    """Values one after the other, as `gh api --paginate` writes them."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        raise refuse(path, f"byte 0x{data[error.start]:02x}, which is not UTF-8", "UTF-8 text", line) from None
    decoder = json.JSONDecoder()
    at, line = 0, first_line
    while True:
        begins = at
        while begins < len(text) and text[begins] in " \t\r\n":
            begins += 1
        line += text.count("\n", at, begins)
        if begins == len(text):
            return
        try:
            value, at = decoder.raw_decode(text, begins)
        except json.JSONDecodeError as error:
            where = first_line + error.lineno - 1
            found = f"malformed JSON at column {error.colno} ({error.msg.lower()})"
            raise refuse(path, found, "JSON as the service's API answers it", where) from None
        except RecursionError:
            raise refuse(path, "JSON that is nested too deeply", "JSON as the API answers it", line) from None
        except ValueError:  # Python reads no whole number of more than 4,300 digits
            raise refuse(path, "a number of thousands of digits", "JSON as the API answers it", line) from None
        yield Document(str(path), line, value)
        line += text.count("\n", begins, at)

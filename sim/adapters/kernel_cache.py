"""Where compiled loops are kept between runs: a folder whose name changes with every rule, so none is ever stale.

numba looks only at the file of the loop itself to see whether what it kept is stale, not at the rules it inlined. It
writes each file under another name and moves it into place, so runs may share the folder.
"""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

import domain.scheduling
from domain.scheduling.fastpath.jit import AVAILABLE, VERSION, is_interpreted


@cache
def folder() -> str:
    """The folder for these sources, this numba, Python and processor; "" where no folder can be made."""
    sources = Path(domain.scheduling.__file__).parent
    known = hashlib.sha256(f"{VERSION} {platform.python_version()} {platform.machine()} {_processor()}".encode())
    for file in sorted(sources.rglob("*.py")):
        known.update(file.relative_to(sources).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windtunnel" / "compiled"
    try:
        (kept / known.hexdigest()[:16]).mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(kept / known.hexdigest()[:16])


def is_new() -> bool:
    """Whether nothing is kept yet, so that the first use takes seconds to compile."""
    compiles = AVAILABLE and not is_interpreted()
    return compiles and (not folder() or not any(Path(folder()).iterdir()))


def _processor() -> str:
    """The processor's name where the system tells it; numba itself checks what the processor can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith("model name")), "")

"""Where a function is written, without saying whose machine it is on."""

from pathlib import Path

LIBRARIES = "site-packages"
TOPS = ("domain", "sim", "scenarios", "reports", "windtunnel", LIBRARIES)


def short(file: str) -> str:
    """`domain/scheduling/queue.py` of its file, wherever it lies; of what is not ours and no library, the name."""
    parts = Path(file).parts
    for top in TOPS:
        if top in parts[:-1]:
            at = len(parts) - 1 - parts[::-1].index(top)
            return "/".join(parts[at + (top == LIBRARIES) :])
    return parts[-1] if parts else file


def module_of(file: str) -> str:
    """`domain.scheduling.queue` of its file."""
    return short(file).removesuffix(".py").replace("/", ".")

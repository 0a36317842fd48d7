"""Exit codes, and which failures are the input's fault rather than ours."""

import errno
import sys

OK, OURS, INVALID, THRESHOLD, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class BadInput(Exception):
    """Something in the arguments, beyond what the option parser can see; the message is for the person who typed it."""


INPUT_ERRORS = (
    ("windtunnel.exits", "BadInput"),
    ("scenarios.problems", "ScenarioError"),
    ("reports.manifest", "StoreError"),
    ("sim.run", "Stalled"),
    ("scenarios.threshold_source", "ThresholdError"),
    ("reports.metrics", "UnknownMetric"),
)
"""Module and name of each error that another input would have avoided."""

REFUSALS = {
    errno.EACCES, errno.EDQUOT, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
}  # fmt: skip
"""What the operating system says of a place that was badly chosen, or is full."""


def is_invalid_input(error: Exception) -> bool:
    """Whether another input would have helped; imports nothing, for what was raised is loaded."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno in REFUSALS
    kinds = [getattr(sys.modules[module], name) for module, name in INPUT_ERRORS if module in sys.modules]
    return isinstance(error, tuple(kinds))


def whose(error: Exception) -> Exception:
    """The same, or what it says of a policy of the user's own that broke the run off; imports nothing either."""
    plugins = sys.modules.get("scenarios.plugins")
    return (plugins.blamed(error) if plugins else None) or error


def explain(error: Exception) -> str:
    """What to print for a failure, without its traceback."""
    if isinstance(error, MemoryError):
        return "Error: out of memory. Ask for less: a shorter horizon, fewer jobs or one --policy at a time."
    if is_invalid_input(error):
        placed = hasattr(error, "problems")  # each line then begins with its file and line, as editors know it
        return str(error) if placed else "\n".join(f"Error: {line}" for line in str(error).splitlines())
    return (
        f"Error inside windtunnel: {type(error).__name__}: {error}\n"
        "This is a fault of windtunnel, not of your input. Run it again with `windtunnel --debug …` for the traceback."
    )

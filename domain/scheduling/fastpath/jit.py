"""The one module that knows numba: whether it is there, and compiling a function that calls the readable rules.

The rules stay plain Python functions in domain/scheduling; `shared` tells numba that compiled loops may call them, so
no rule is written twice.
"""

from collections.abc import Callable
from typing import Any, TypeVar

try:
    import numba as _numba
    from numba.core.errors import NumbaError
    from numba.extending import register_jitable
except ImportError:  # the extra `fast` is not installed
    _numba = None  # type: ignore[assignment]
    NumbaError = Exception  # type: ignore[misc, assignment]

numba: Any = _numba
CompileError: type[Exception] = NumbaError

Compiled = TypeVar("Compiled", bound=Callable[..., object])
Rule = TypeVar("Rule", bound=Callable[..., Any])

AVAILABLE = numba is not None
VERSION = numba.__version__ if AVAILABLE else ""
_known: dict[Callable[..., Any], None] = {}


def shared(rule: Rule) -> Rule:
    """A rule that compiled loops may call as it is; comes back unchanged."""
    if AVAILABLE and rule not in _known:
        _known[rule] = None
        register_jitable(error_model="numpy")(rule)
    return rule


def jit(loop: Compiled, cache: str = "", loose: bool = False) -> Compiled:
    """The loop, compiled at its first call; kept in the folder `cache` between runs, "" for not at all.

    numba looks at the loop's own file only to see whether what it kept is stale, not at the rules it inlined: whoever
    names the folder puts into its name a hash of everything in domain/scheduling. `loose` lets floats be added in any
    order: for yardsticks, never for what decides.
    """
    if not AVAILABLE:
        raise RuntimeError("the compiled path needs numba: pip install 'windtunnel[fast]'")
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = cache or before
    try:
        made: Compiled = numba.njit(cache=bool(cache), error_model="numpy", fastmath=loose)(loop)
    finally:
        numba.config.CACHE_DIR = before
    return made


def is_interpreted() -> bool:
    """Whether NUMBA_DISABLE_JIT asks that loops run as plain Python."""
    return AVAILABLE and bool(numba.config.DISABLE_JIT)

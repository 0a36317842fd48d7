"""What a policy's code names that no answer may depend on: clocks, dice, the machine, and what it keeps itself."""

import builtins
import dis
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

CLOCK, DICE, MACHINE, PROCESS = "the clock", "dice", "the machine", "what differs from process to process"
MODULES = {
    "datetime": CLOCK, "time": CLOCK, "random": DICE, "numpy.random": DICE, "secrets": DICE, "uuid": DICE,
    "os": MACHINE, "platform": MACHINE, "socket": MACHINE, "subprocess": MACHINE,
}  # fmt: skip
BUILTINS = {"hash": PROCESS, "id": PROCESS, "open": MACHINE, "input": MACHINE}
KEEPERS = (dict, list, set, bytearray)


def impurities(policy: Callable[..., Any]) -> list[str]:
    """In words, each once: of the policy, and of the functions of its own file that it calls."""
    found: dict[str, None] = {}
    for function in _reached(policy):
        for code in _codes(function.__code__):
            for step in dis.get_instructions(code):
                found.update(dict.fromkeys(_wrong(step.opname, str(step.argval), function, code)))
    return list(found)


def kept(policy: Callable[..., Any]) -> dict[str, str]:
    """The lists, dicts and sets that it can reach, name → content, to be compared before and after it was asked."""
    found = {}
    for function in _reached(policy):
        names = {name for code in _codes(function.__code__) for name in code.co_names}
        around = {name: function.__globals__.get(name) for name in names}
        enclosed = zip(function.__code__.co_freevars, map(_content, function.__closure__ or ()), strict=True)
        for name, value in (*around.items(), *enclosed, *enumerate(function.__defaults__ or ())):
            if isinstance(value, KEEPERS):
                found[name if isinstance(name, str) else f"a default of {function.__name__}"] = repr(value)
    return found


def _wrong(step: str, name: str, function: FunctionType, code: CodeType) -> Iterator[str]:
    """What one instruction does that it may not."""
    if step == "STORE_GLOBAL":
        yield f"it keeps {name} from one question to the next"
    elif step == "IMPORT_NAME" and name in MODULES:
        yield f"it asks {MODULES[name]} ({name})"
    elif step == "LOAD_GLOBAL":
        found = function.__globals__.get(name, getattr(builtins, name, None))
        home = str(found.__name__ if isinstance(found, ModuleType) else getattr(found, "__module__", None))
        if home == "numpy" and "random" in code.co_names:
            home = "numpy.random"
        if home in MODULES:
            yield f"it asks {MODULES[home]} ({name})"
        elif name in BUILTINS and found is getattr(builtins, name):
            yield f"it asks {BUILTINS[name]} ({name})"


def _reached(policy: Callable[..., Any]) -> list[FunctionType]:
    """Itself, and the functions of its own file that it names, and that those name."""
    first = policy if isinstance(policy, FunctionType) else vars(type(policy)).get("__call__")
    found = [first] if isinstance(first, FunctionType) else []
    for function in found:  # grows as it goes
        names = {name: None for code in _codes(function.__code__) for name in code.co_names}
        for one in (*map(function.__globals__.get, names), *map(_content, function.__closure__ or ())):
            if isinstance(one, FunctionType) and one.__globals__ is function.__globals__ and one not in found:
                found.append(one)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Itself, and what is written inside it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # nothing yet
        return None

"""Policies from a user's own Python file: loaded, checked, and known by name from then on, with the file's hash.

The file has dicts ALLOCATORS, ORDERINGS or PLACEMENTS, name → function, as the domain's own modules do. It is code and
runs with the rights of whoever names it.
"""

import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from domain.scheduling.conformance import check_allocator, check_moving, check_ordering, check_placement
from domain.scheduling.policies import ALLOCATORS, LEVEL_FACTS, ORDERINGS, PLACEMENTS, ROW_FACTS
from domain.scheduling.policies.orderings import MOVING
from domain.scheduling.purity import kept
from scenarios.names import Printable
from scenarios.problems import Problem, ScenarioError, choices, listed, show
from scenarios.schema import POLICIES, json_schema
from scenarios.spec import Scheduling

DICTS = {"ALLOCATORS": "allocator", "ORDERINGS": "ordering", "PLACEMENTS": "placement"}
CHECKS: dict[str, Callable[[Any], list[str]]] = {
    "allocator": check_allocator, "ordering": check_ordering, "placement": check_placement,
}  # fmt: skip
REGISTRIES: dict[str, dict[str, Any]] = {"allocator": ALLOCATORS, "ordering": ORDERINGS, "placement": PLACEMENTS}
PARAMETERS = {
    "allocator": "two parameters: an account and the cluster's total",
    "ordering": "one parameter, the demand; or two, the demand and now, if it moves with time",
    "placement": f"facts as parameters: {', '.join((*LEVEL_FACTS, *ROW_FACTS))}",
}
SHOWN_COMPLAINTS = 3
_NAME = Printable(name=True)


@dataclass(frozen=True, slots=True)
class PluginPolicy:
    """One policy of a plugin: the scheduling field that it is for, its name, and the line that defines it."""

    question: str
    name: str
    line: int
    policy: Callable[..., int]

    def complaints(self) -> list[str]:
        """What it breaks of its obligations, in words."""
        before = kept(self.policy)
        found = check_moving(self.policy) if self.moves else CHECKS[self.question](self.policy)
        after = kept(self.policy)
        return found + [f"it keeps something in {name}" for name in after if after[name] != before.get(name)]

    @property
    def moves(self) -> bool:
        """Whether it is an ordering that moves with time."""
        return self.question == "ordering" and _parameters(self.policy) == 2


@dataclass(frozen=True, slots=True)
class Plugin:
    """A file of policies. `source` is as the user wrote it, `sha256` of its bytes."""

    source: str
    sha256: str
    policies: tuple[PluginPolicy, ...]


_loaded: dict[tuple[str, str], Plugin] = {}
"""(field of scheduling, name) → where it comes from."""


def load_plugin(source: str) -> Plugin:
    """Read and judge the form of a file of policies; nothing is registered yet. Raises ScenarioError."""
    path, data = Path(source), b""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise _refuse(source, 0, f"a file that cannot be read ({error.strerror})", "a Python file") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(source, line, "a byte that is not UTF-8", "Python in UTF-8") from None
    module = _run(source, path, text)
    problems: list[Problem] = []
    policies: list[PluginPolicy] = []
    for attribute, question in DICTS.items():
        for found in _policies(source, text, module, attribute, question):
            (problems if isinstance(found, Problem) else policies).append(found)  # type: ignore[arg-type]
    if not problems and not policies:
        allowed = f"at least one of the dicts {', '.join(DICTS)}, each name → function"
        problems.append(Problem(source, 1, (), "no policies", allowed))
    if problems:
        raise ScenarioError(problems)
    return Plugin(source, sha256(data).hexdigest(), tuple(policies))


def plug_in(source: str) -> Plugin:
    """Load a plugin and make its names known; one that breaks its obligations is refused. Raises ScenarioError."""
    plugin = load_plugin(source)
    problems = []
    for one in plugin.policies:
        known = POLICIES[one.question]
        before = _loaded.get((one.question, one.name))
        if one.name in known and (before is None or before.sha256 != plugin.sha256):
            whose = "windtunnel has" if before is None else f"{before.source} has"
            problems.append(Problem(source, one.line, (one.question, one.name), f"a name that {whose} already",
                                    "another name"))  # fmt: skip
        if complaints := one.complaints():
            broken = f"{len(complaints)} broken obligations: {'; '.join(complaints[:SHOWN_COMPLAINTS])}"
            allowed = f"integers ≥ 0, pure and deterministic; `windtunnel conformance {source}` tells all"
            problems.append(Problem(source, one.line, (one.question, one.name), broken, allowed))
    if problems:
        raise ScenarioError(problems)
    for one in plugin.policies:
        POLICIES[one.question][one.name] = REGISTRIES[one.question][one.name] = one.policy
        if one.moves:
            MOVING[one.name] = one.policy
        _loaded[one.question, one.name] = plugin
    json_schema.cache_clear()
    return plugin


def unplug(plugin: Plugin) -> None:
    """Forget the names of a plugin."""
    for one in plugin.policies:
        POLICIES[one.question].pop(one.name, None)
        REGISTRIES[one.question].pop(one.name, None)
        MOVING.pop(one.name, None)
        _loaded.pop((one.question, one.name), None)
    json_schema.cache_clear()


def plugin_of(question: str, name: str) -> Plugin | None:
    """The plugin that a policy comes from; None for windtunnel's own."""
    return _loaded.get((question, name))


def blamed(error: BaseException) -> ScenarioError | None:
    """What a run broke off for, where it came out of a plugin's code, in this process or another; None where not."""
    written = "".join(traceback.format_exception(error))
    for plugin in dict.fromkeys(_loaded.values()):
        at = re.findall(rf'File "{re.escape(str(Path(plugin.source)))}", line (\d+), in (\S+)', written)
        if at:
            line, name = at[-1]
            found = f"{type(error).__name__}: {error}"
            allowed = f"a policy that raises nothing, whatever it is asked ({name})"
            return ScenarioError([Problem(plugin.source, int(line), (), found, allowed)])
    compiled = [plugin for (question, _), plugin in _loaded.items() if question == "placement"]
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    if compiled and any("fastpath" in frame.filename for frame in frames):
        # its code was kept from an earlier run: compiled code has no lines, and nothing else in it raises
        found, allowed = f"{type(error).__name__}: {error}", "a placement that raises nothing, whatever it is asked"
        return ScenarioError([Problem(compiled[0].source, 1, (), found, allowed)])
    return None


def identity(scheduling: Scheduling) -> str:
    """The plugins that decide under a policy, as `file sha256:…`, so that published figures say which; "" for none."""
    used = dict.fromkeys(plugin_of(question, getattr(scheduling, question)) for question in DICTS.values())
    return ", ".join(f"{Path(one.source).name} sha256:{one.sha256}" for one in used if one is not None)


def _run(source: str, path: Path, text: str) -> ModuleType:
    """The module that the file defines."""
    module = ModuleType(f"windtunnel_plugin_{path.stem}")
    module.__file__ = str(path)
    try:
        code = compile(text, str(path), "exec")
    except SyntaxError as error:
        raise _refuse(source, error.lineno or 0, f"{error.msg}", "Python") from None
    except ValueError as error:  # a null byte
        raise _refuse(source, 0, str(error), "Python") from None
    sys.modules[module.__name__] = module  # where dataclasses and the compiler look for it
    try:
        exec(code, module.__dict__)  # it is what the user asked for
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        found = f"{type(error).__name__}: {error}"
        raise _refuse(source, (lines or [0])[-1] or 0, found, "a file that can be imported") from None
    return module


def _policies(
    source: str, text: str, module: ModuleType, attribute: str, question: str
) -> Iterator[PluginPolicy | Problem]:
    found = getattr(module, attribute, None)
    if found is None:
        return
    at = _line_of(text, attribute)
    if not isinstance(found, dict):
        yield Problem(source, at, (attribute,), f"a {type(found).__name__}", "a dict: name → function")
        return
    for name, policy in found.items():
        try:
            _NAME.validate(name)
        except ValueError:
            yield Problem(source, at, (attribute,), f"the name {show(name)}", _NAME.allowed)
            continue
        line = getattr(_code(policy), "co_firstlineno", at)
        problem = _form(source, line, (attribute, name), question, policy)
        yield problem or PluginPolicy(question, name, line, policy)


def _form(source: str, line: int, path: tuple[str, ...], question: str, policy: object) -> Problem | None:
    """Whether it can be asked at all."""
    if not callable(policy):
        return Problem(source, line, path, show(policy), "a function")
    code = _code(policy)
    if code is None:
        return Problem(source, line, path, f"a {type(policy).__name__}", "a function written in Python")
    names = [name for name in code.co_varnames[: code.co_argcount] if name != "self"]
    if question == "placement":
        strangers = [name for name in names if name not in LEVEL_FACTS and name not in ROW_FACTS]
        if strangers:
            hint = choices(strangers[0], (*LEVEL_FACTS, *ROW_FACTS)).partition("(did")[2]
            allowed = PARAMETERS["placement"] + (f" (did{hint}" if hint else "")
            return Problem(source, line, path, f"the parameters {listed(strangers)}", allowed)
    elif len(names) not in ((2,) if question == "allocator" else (1, 2)):
        return Problem(source, line, path, f"{len(names)} parameters", PARAMETERS[question])
    return None


def _parameters(policy: object) -> int:
    """How many it must be given."""
    code = _code(policy)
    if code is None:
        return 0
    names = [name for name in code.co_varnames[: code.co_argcount] if name != "self"]
    return len(names) - len(getattr(policy, "__defaults__", None) or ())


def _code(policy: object) -> CodeType | None:
    found = getattr(policy, "__code__", None) or getattr(type(policy).__call__, "__code__", None)
    return found if isinstance(found, CodeType) else None


def _line_of(text: str, attribute: str) -> int:
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.startswith(attribute)), 1)


def _refuse(source: str, line: int, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Problem(source, line, (), found, allowed)])

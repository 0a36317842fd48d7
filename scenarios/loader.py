"""Loads a scenario by path or by its name in the catalogue; raises ScenarioError with all that is wrong with it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scenarios import catalogue
from scenarios.nodes import Node, find
from scenarios.problems import Finding, Problem, ScenarioError, choices, show
from scenarios.settings import TRACE_OPTION, apply_setting, apply_trace
from scenarios.spec import Scenario, Scheduling
from scenarios.validation import rule_problems, validate
from scenarios.yaml_source import LARGEST_FILE, read_yaml

_TRACE_FILE = ("workload", "trace", "file")
OF_PAGES = ("github-jobs", "github-runs", "gitlab-jobs", "buildkite-builds")
"""Formats of traces that may be a folder."""


def load_scenario(source: str | Path, settings: Sequence[str] = (), trace: str | None = None) -> Scenario:
    """The scenario at a path, or of that name in the catalogue, with `--set` settings and a `--trace` file applied.

    `workload.trace.file` comes back absolute: relative to the scenario's folder where the file names it, to the current
    directory where `settings` or `trace` do. Raises ScenarioError; whatever the input, nothing else.
    """
    path, shown = _locate(source)
    return _load(_read(path, shown), shown, path.parent, settings, trace)


def load_variants(
    source: str | Path, settings: Sequence[str], trace: str | None, variants: Iterable[Sequence[str]]
) -> Iterator[Scenario | ScenarioError]:
    """The scenario once for each of `variants`, which are further settings; the file is read once."""
    path, shown = _locate(source)
    root, problems = read_yaml(_read(path, shown), shown)
    if root is None:
        raise ScenarioError(problems)
    for variant in variants:
        try:
            yield _changed(root, problems, path.parent, (*settings, *variant), trace)
        except ScenarioError as error:
            yield error


def load_text(text: str, name: str = "scenario", settings: Sequence[str] = (), trace: str | None = None) -> Scenario:
    """The scenario of a text; `name` stands in messages, and paths are relative to the current directory."""
    return _load(text, name, Path.cwd(), settings, trace)


def resolve_policies(scenario: Scenario) -> dict[str, Scheduling]:
    """The scheduling of every policy by name; without `policies`, the one of `scheduling` under a name made of it."""
    base = scenario.scheduling
    if not scenario.policies:
        return {f"{base.allocator}+{base.ordering}+{base.placement}": base}
    return {
        name: base.model_copy(update={field: value for field, value in override if value is not None})
        for name, override in scenario.policies.items()
    }


def _locate(source: str | Path) -> tuple[Path, str]:
    """The file, and what messages call it; a name without folder or ending is looked up in the catalogue first."""
    names = catalogue.names()
    if isinstance(source, str) and source in names:
        return catalogue.FOLDER / f"{source}.yaml", f"{source}.yaml"
    path = Path(source)
    what = _no_file(path)
    if what:
        what = "no such file and no such name in the catalogue" if what == _NOTHING else what
        allowed = f"the path of a scenario file, or one of {choices(str(source), names, most=len(names))}"
        raise ScenarioError([Problem(_printable(source), 0, (), what, allowed)])
    return path, _printable(source)


_NOTHING = "nothing"


def _no_file(path: Path) -> str:
    """What is at a path where a plain file should be; "" where one is."""
    try:
        if path.is_file():
            return ""
        if path.is_dir():
            return "a folder"
        return "a pipe or a device" if path.exists() else _NOTHING
    except (OSError, ValueError):
        return _NOTHING


def _printable(source: str | Path) -> str:
    text = str(source)
    return text if text.isprintable() and text else show(text)


def _read(path: Path, shown: str) -> str:
    def refuse(found: str, allowed: str, line: int = 0) -> ScenarioError:
        return ScenarioError([Problem(shown, line, (), found, allowed)])

    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise refuse(f"a file that cannot be read ({error.strerror})", "a readable file") from None
    if len(raw) > LARGEST_FILE:
        raise refuse(
            f"more than {LARGEST_FILE // 1024} KiB", "a scenario of a few pages; traces are files of their own"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse(f"the byte 0x{raw[error.start]:02X}, which is not UTF-8", "text in UTF-8", line) from None
    # JSON may be indented with tabs, and cannot have them inside strings
    return text.replace("\t", " ") if path.suffix.lower() == ".json" else text


def _load(text: str, shown: str, folder: Path, settings: Sequence[str], trace: str | None) -> Scenario:
    root, problems = read_yaml(text, shown)
    if root is None:
        raise ScenarioError(problems)
    return _changed(root, problems, folder, settings, trace)


def _changed(
    root: Node, problems: Sequence[Problem], folder: Path, settings: Sequence[str], trace: str | None
) -> Scenario:
    """The scenario of a tree that was read, with settings applied."""
    problems = list(problems)
    for setting in settings:
        root, more = apply_setting(root, setting)
        problems += more
    if trace is not None:
        root, more = apply_trace(root, trace)
        problems += more
    scenario, more = validate(root, frozenset(problem.path for problem in problems if problem.path))
    problems += more
    file = _trace_path(root, folder)
    if file is not None:
        problems += rule_problems(root, _trace_findings(file, root))
    if problems or scenario is None:
        raise ScenarioError(problems)
    return _with_trace(scenario, file) if file is not None else scenario


def _trace_path(root: Node, folder: Path) -> str | None:
    """The absolute path of the trace, "" where the scenario leaves it to the user, None where there is none."""
    above, reached = find(root, _TRACE_FILE[:-1])
    if reached != _TRACE_FILE[:-1] or not isinstance(above.value, dict):
        return None
    node = above.value.get("file")
    if node is None or node.value == "":
        return ""
    if not isinstance(node.value, str):
        return None  # validation says so
    try:
        base = Path.cwd() if node.line == 0 else folder
        return os.path.abspath(base / node.value)
    except FileNotFoundError:
        found = f"{show(node.value)}, relative to a current folder that is gone"
        raise ScenarioError([Problem(node.source, 0, _TRACE_FILE, found, "an absolute path")]) from None


def _trace_findings(file: str, root: Node) -> list[Finding]:
    if file == "":
        allowed = f"the path of a recorded trace: give it with {TRACE_OPTION} PATH"
        return [Finding(_TRACE_FILE, "nothing", allowed)]
    path = Path(file)
    what = _no_file(path)
    form = find(root, (*_TRACE_FILE[:-1], "format"))[0].value
    pages = what == "a folder" and form in OF_PAGES
    if (not what or pages) and os.access(path, os.R_OK):
        return []
    what = "that may not be read" if not what else "which does not exist" if what == _NOTHING else f"which is {what}"
    written = find(root, _TRACE_FILE)[0].plain()
    where = "" if written == file else f" ({show(file)[1:-1]})"
    return [Finding(_TRACE_FILE, f"{show(written)}{where}, {what}", "the path of a file that can be read")]


def _with_trace(scenario: Scenario, file: str) -> Scenario:
    trace = scenario.workload.trace
    assert trace is not None
    workload = scenario.workload.model_copy(update={"trace": trace.model_copy(update={"file": file})})
    return scenario.model_copy(update={"workload": workload})
